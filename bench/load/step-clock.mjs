// Preloaded into a portal of a load with the fault `clock-step`: after SIGUSR2 its clock is two minutes ahead, after the
// next one right again. Only this process sees it.
const STEP_MS = 120_000;
const RightDate = Date;
let ahead = 0;

class SteppedDate extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(RightDate.now() + ahead);
    else super(...given);
  }

  static now() {
    return RightDate.now() + ahead;
  }
}
globalThis.Date = SteppedDate;
process.on("SIGUSR2", () => {
  ahead = ahead === 0 ? STEP_MS : 0;
});
