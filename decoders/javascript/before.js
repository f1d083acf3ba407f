// Runs before a codec: what codecs expect of their surroundings, without a clock of their own.
(function (host) {
  "use strict";
  const clock = { now: 0 };
  const lines = [];
  const words = (value) => {
    try {
      return typeof value === "object" ? JSON.stringify(value) : String(value);
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

  const restart = (time) => {
    clock.now = time;
    lines.length = 0;
    last = 1;
  };
  Object.defineProperty(host, "__smartregion", { value: Object.freeze({ lines, restart }) });
})(globalThis);
