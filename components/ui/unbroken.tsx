import { createElement, Fragment, type ReactNode } from "react";

/** A name with hyphens, such as AR-2026-00000001 or client-456, a court's number, such as 7 K 221/26, and a date. */
const WHOLE =
  /([\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+|\d{1,3} \p{Lu}\p{L}{0,3} \d{1,5}\/\d{2,4}|\d{1,2}\.? \p{Lu}\p{L}{2,8}\.? \d{4})/u;
/** A longer name, such as an id, must break on a narrow screen. */
const LONGEST = 20;

/** Shows a text whose references and dates stay on one line each. What is no text is shown as it is. */
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
  const isWhole = index % 2 === 1 && part.length <= LONGEST && /\d/.test(part);
  return isWhole ? <span className="whitespace-nowrap">{part}</span> : part;
}
