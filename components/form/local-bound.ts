// A bound of a date filter. The address has the instant; the control shows it in the reader's own zone, as rows do.

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/;

/** What a control asks for: a day, or a day with its time. */
export type BoundForm = "day" | "time";

const padded = (value: number, length = 2): string => String(value).padStart(length, "0");

/** Returns the instant that was typed in the browser's zone. The end of a day is the next midnight. Other texts come back unchanged. */
export function instantOfTyped(typed: string, isEnd: boolean): string {
  if (!DAY.test(typed) && !LOCAL.test(typed)) return typed;
  const at = new Date(DAY.test(typed) ? `${typed}T00:00:00` : typed);
  if (Number.isNaN(at.getTime())) return typed;
  // By the calendar: a day is 23 or 25 hours long where the clocks change.
  if (isEnd && DAY.test(typed)) at.setDate(at.getDate() + 1);
  return at.toISOString();
}

/** Returns what a control shows for an instant of the address, in the browser's zone or in UTC. For an end in days it is the last day. */
export function typedOfInstant(instant: string, form: BoundForm, isEnd: boolean, isUtc: boolean): string {
  const ms = Date.parse(instant);
  if (instant === "" || Number.isNaN(ms)) return instant;
  const at = new Date(isEnd && form === "day" ? ms - 1 : ms);
  if (isUtc) return at.toISOString().slice(0, form === "day" ? 10 : 19);
  const day = `${padded(at.getFullYear(), 4)}-${padded(at.getMonth() + 1)}-${padded(at.getDate())}`;
  const clock = `${padded(at.getHours())}:${padded(at.getMinutes())}:${padded(at.getSeconds())}`;
  return form === "day" ? day : `${day}T${clock}`;
}
