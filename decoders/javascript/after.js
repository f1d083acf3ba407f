// Runs after a codec, in a script of its own: finds its entry point and gives `__decode` and `__about`.
(function (host) {
  "use strict";
  const { lines, restart } = __smartregion;
  const largest = BigInt(Number.MAX_SAFE_INTEGER);
  const plain = (name, value) => {
    if (typeof value !== "bigint") return value;
    return value >= -largest && value <= largest ? Number(value) : String(value);
  };
  const modern = typeof decodeUplink === "function";
  if (!modern && typeof Decoder !== "function") throw "syntax: neither decodeUplink nor Decoder is defined";

  const decode = (input) => {
    const output = modern ? decodeUplink(input) : { data: Decoder(input.bytes, input.fPort) };
    if (output && typeof output.then === "function") throw "bad_output: a promise; codecs can't wait for anything";
    return output === undefined || output === null ? {} : output;
  };
  const normalize = (output) => {
    const failed = output.errors && output.errors.length;
    if (failed || !output.data || typeof normalizeUplink !== "function") return undefined;
    return normalizeUplink({ data: output.data });
  };
  host.__about = () =>
    JSON.stringify({ entry: modern ? "decodeUplink" : "Decoder", normalizes: typeof normalizeUplink === "function" });
  const answer = (text) => {
    const { bytes, fPort, recvTime, normalized } = JSON.parse(text);
    restart(recvTime);
    const output = decode({ bytes, fPort, recvTime: new Date(recvTime) });
    const whole = { output, normalized: normalized ? normalize(output) : undefined, console: lines };
    try {
      return JSON.stringify(whole, plain);
    } catch (error) {
      throw error instanceof TypeError ? "bad_output: " + error.message : error;
    }
  };
  // What was thrown is put into words here, where the time limit holds: it may be the codec's own object.
  const told = (error) => {
    const line = error instanceof Error ? /<input>:(\d+)/.exec(error.stack) : null;
    return String(error).slice(0, 500) + (line ? ` (line ${line[1]})` : "");
  };
  host.__decode = (text) => {
    try {
      return answer(text);
    } catch (error) {
      throw told(error);
    }
  };
})(globalThis);
