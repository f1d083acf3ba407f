// Runs before a codec: what codecs expect of their surroundings, and what calls them. `__decode` and `__about` are for
// the worker; nothing a codec does can change them. After the codec, after.js hands its functions to `__found`.
(function (host) {
  "use strict";
  const { parse, stringify } = JSON;
  const clock = { now: 0 };
  const lines = [];
  const words = (value) => {
    try {
      return typeof value === "object" ? stringify(value) : String(value);
    } catch (error) {
      return "?";
    }
  };
  const collect = (...values) => {
    if (lines.length < 20) lines.push(values.map(words).join(" ").slice(0, 200));
  };
  host.console = { log: collect, info: collect, warn: collect, error: collect, debug: collect, trace: collect };

  // "Now" is when the frame was received: a frame decoded again must give the same again.
  const Real = Date;
  const now = () => clock.now;
  const standing = new Proxy(Real, {
    construct: (target, args, self) => Reflect.construct(target, args.length ? args : [clock.now], self),
    apply: () => new Real(clock.now).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  Real.prototype.constructor = standing;
  host.Date = standing;
  delete host.performance;
  let last = 1;
  Math.random = () => (last = (last * 48271) % 2147483647) / 2147483647;

  let modern, legacy, normalizer;
  const found = (...functions) => {
    [modern, legacy, normalizer] = functions;
    if (!modern && !legacy) throw "syntax: neither decodeUplink nor Decoder is defined";
  };
  const decode = (input) => {
    const output = modern ? modern(input) : { data: legacy(input.bytes, input.fPort) };
    if (output && typeof output.then === "function") throw "bad_output: a promise; codecs can't wait for anything";
    return output === undefined || output === null ? {} : output;
  };
  const normalize = (output) => {
    const failed = output.errors && output.errors.length;
    return failed || !output.data || !normalizer ? undefined : normalizer({ data: output.data });
  };
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  const plain = (name, value) => {
    if (typeof value !== "bigint") return value;
    return value >= -largest && value <= largest ? Number(value) : String(value);
  };
  const answer = ({ bytes, fPort, recvTime, normalized }) => {
    clock.now = recvTime;
    lines.length = 0;
    last = 1;
    const output = decode({ bytes, fPort, recvTime: new Real(recvTime) });
    const whole = { output, normalized: normalized ? normalize(output) : undefined, console: lines };
    try {
      return stringify(whole, plain);
    } catch (error) {
      throw error instanceof TypeError ? "bad_output: " + error.message : error;
    }
  };
  // What was thrown is put into words here, where the time limit holds: it may be the codec's own object.
  const told = (error) => {
    const line = error instanceof Error ? /<input>:(\d+)/.exec(error.stack) : null;
    return String(error).slice(0, 500) + (line ? ` (line ${line[1]})` : "");
  };
  const ours = {
    __found: found,
    __about: () => stringify({ entry: modern ? "decodeUplink" : "Decoder", normalizes: Boolean(normalizer) }),
    __decode: (text) => {
      try {
        return answer(parse(text));
      } catch (error) {
        throw told(error);
      }
    },
  };
  for (const name in ours) Object.defineProperty(host, name, { value: ours[name] });
})(globalThis);
