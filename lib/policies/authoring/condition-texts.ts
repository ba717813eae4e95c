import { DAY_END, type Hours, WEEKDAYS } from "./form";

// Texts of conditions with lists and hours, written and read back.

/** Returns a literal of Cedar. */
export const quoted = (value: string | number): string => JSON.stringify(value);

/** Returns the condition that a fact is one of these values; undefined without any. */
export function oneOf(path: string, values: readonly (string | number)[]): string | undefined {
  const [first, ...rest] = values;
  if (first === undefined) return undefined;
  return rest.length === 0
    ? `${path} == ${quoted(first)}`
    : `[${values.map(quoted).join(", ")}].contains(${path})`;
}

/** Reads the values of such a condition. */
export function listOf(path: string, text: string): unknown[] | undefined {
  if (text.startsWith(`${path} == `)) return [JSON.parse(text.slice(path.length + 4))];
  const end = `].contains(${path})`;
  return text.startsWith("[") && text.endsWith(end)
    ? (JSON.parse(`${text.slice(0, -end.length)}]`) as unknown[])
    : undefined;
}

/** Returns the condition that a fact is none of these values. */
export function noneOf(path: string, values: readonly string[]): string {
  const [first = "", ...rest] = values;
  return rest.length === 0 ? `${path} != ${quoted(first)}` : `!${oneOf(path, values)}`;
}

/** Reads the values of such a condition. */
export function notListedOf(path: string, text: string): unknown[] | undefined {
  if (text.startsWith(`${path} != `)) return [JSON.parse(text.slice(path.length + 4))];
  return text.startsWith("![") ? listOf(path, text.slice(1)) : undefined;
}

/** Returns the values where all of them are known and none is there twice. */
export function known<T>(all: readonly T[], values: readonly unknown[] | undefined): T[] | undefined {
  if (values === undefined || new Set(values).size !== values.length) return undefined;
  const found = all.filter((one) => values.includes(one));
  return found.length === values.length ? found : undefined;
}

const WEEKDAY = "context.office.weekday";
const MINUTE = "context.office.minute";

function weekdayTexts(days: readonly number[]): string[] {
  const [first = 1, last = 7] = [days[0], days.at(-1)];
  if (days.length === 7) return [];
  const isRange = days.length > 1 && last - first === days.length - 1;
  if (!isRange) return [oneOf(WEEKDAY, days)].filter((text) => text !== undefined);
  return [
    ...(first === 1 ? [] : [`${WEEKDAY} >= ${first}`]),
    ...(last === 7 ? [] : [`${WEEKDAY} <= ${last}`]),
  ];
}

/** The conditions of a window, which all hold inside of it. */
export function hourTexts({ weekdays, from, to, exceptHolidays }: Hours): string[] {
  return [
    ...weekdayTexts(weekdays),
    ...(from === 0 ? [] : [`${MINUTE} >= ${from}`]),
    ...(to === DAY_END ? [] : [`${MINUTE} < ${to}`]),
    ...(exceptHolidays ? ["!context.office.isHoliday"] : []),
  ];
}

const numberIn = (text: string, start: string): number | undefined =>
  text.startsWith(start) && /^\d{1,4}$/.test(text.slice(start.length))
    ? Number(text.slice(start.length))
    : undefined;

/** Whether a condition belongs to a window of hours. */
export const isHourText = (text: string): boolean =>
  [WEEKDAY, MINUTE].some((path) => text.includes(path)) || text === "!context.office.isHoliday";

/** Reads a window from its conditions; undefined where they are others than `hourTexts` writes. */
export function hoursIn(texts: readonly string[]): Hours | undefined {
  const of = (start: string) => texts.map((text) => numberIn(text, start)).find((one) => one !== undefined);
  const [first, last] = [of(`${WEEKDAY} >= `), of(`${WEEKDAY} <= `)];
  const listed = texts.map((text) => known(WEEKDAYS, listOf(WEEKDAY, text))).find((one) => one !== undefined);
  const range = WEEKDAYS.filter((day) => day >= (first ?? 1) && day <= (last ?? 7));
  const hours: Hours = {
    weekdays: listed ?? range,
    from: of(`${MINUTE} >= `) ?? 0,
    to: of(`${MINUTE} < `) ?? DAY_END,
    exceptHolidays: texts.includes("!context.office.isHoliday"),
  };
  return [...hourTexts(hours)].sort().join() === [...texts].sort().join() ? hours : undefined;
}

/** Returns the text that negates these conditions together. Cedar prints no brackets around a single negated value. */
export function negated(texts: readonly string[]): string {
  const [text = "", ...more] = texts;
  if (more.length > 0 || /^context\S* [=<>]/.test(text)) return `!(${texts.join(" && ")})`;
  return text.startsWith("!") ? text.slice(1) : `!${text}`;
}

/** Returns the conditions that a text negates together. */
export function negatedIn(text: string): string[] {
  if (text.startsWith("!(") && text.endsWith(")")) return text.slice(2, -1).split(" && ");
  return [text.startsWith("!") ? text.slice(1) : `!${text}`];
}
