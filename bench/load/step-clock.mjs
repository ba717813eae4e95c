// Preloaded into a portal of a load with the fault `clock-step`: after SIGUSR2 its clock is two minutes ahead, after the
// next one right again. Only this process sees it.
const STEP_MS = 120_000;
const RightDate = Date;
let ahead = 0;

const now = () => RightDate.now() + ahead;
// A proxy and not a class: some packages call Date as a function.
globalThis.Date = new Proxy(RightDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new RightDate(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
process.on("SIGUSR2", () => {
  ahead = ahead === 0 ? STEP_MS : 0;
});
