import { createElement, Fragment, type ReactNode } from "react";

/**
 * A name or word with hyphens (AR-2026-00000001, client-456#1, X-Api-Key, co-viewers), a date (24 Nov 2026), a court's
 * case number (7 K 221/26), hours of a day (09:00–17:00) and a standard (RFC 6962).
 */
const WHOLE =
  /([\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+(?:#\d+)?|\d{1,2}\.? \p{Lu}\p{L}{2,8}\.? \d{4}|\d{1,3} \p{Lu}\p{L}{0,3} \d{1,6}\/\d{2,4}|\d\d:\d\d–\d\d:\d\d|RFC \d{3,5})/u;
/** A longer name, such as an id, must break on a narrow screen. */
const LONGEST = 20;
/** The same for a word without a number. */
const LONGEST_WORD = 15;

/** Shows a text whose references, dates, hours and standards stay on one line each. What is no text is shown as it is. */
export function Unbroken({ children }: { children: ReactNode }): ReactNode {
  // A sentence with marked parts is a list of texts and elements.
  if (Array.isArray(children)) return createElement(Fragment, null, ...children.map(whole));
  return whole(children);
}

function whole(text: ReactNode): ReactNode {
  if (typeof text !== "string") return text;
  const parts = text.split(WHOLE);
  // One element, because the parts of a text in a flex box would be boxes of their own.
  return parts.length === 1 ? text : createElement("span", null, ...parts.map(partOf));
}

/** Every second part is a match. */
function partOf(part: string, index: number): ReactNode {
  const isWhole = index % 2 === 1 && part.length <= (/\d/.test(part) ? LONGEST : LONGEST_WORD);
  return isWhole ? <span className="whitespace-nowrap">{part}</span> : part;
}
