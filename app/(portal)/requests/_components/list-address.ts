import { Purpose, RequestState } from "@/lib/access/schema";

/** What stands in the address of the list. Empty texts are left out of it. */
export interface ListAddress {
  readonly view: ListView;
  readonly state: RequestState | "";
  readonly purpose: Purpose | "";
  readonly reference: string;
  readonly sort: "newest" | "due";
  readonly cursor: string;
}

export const LIST_VIEWS = ["mine", "waiting", "decided", "all"] as const;
export type ListView = (typeof LIST_VIEWS)[number];

/** Saved views of a person, the first where the list begins. Only reviewers know of others' requests. */
export function viewsFor(isReviewer: boolean): readonly ListView[] {
  return isReviewer ? ["waiting", "all", "decided", "mine"] : ["mine", "waiting", "decided"];
}

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

function textOf(value: string | readonly string[] | undefined, maxLength: number): string {
  return typeof value === "string" ? value.trim().slice(0, maxLength) : "";
}

/** Reads the address; what is not of its kind is passed over. */
export function readAddress(search: Search, isReviewer: boolean): ListAddress {
  const views = viewsFor(isReviewer);
  const view = views.find((one) => one === search.view) ?? views[0] ?? "mine";
  // What waits is read in the order in which it is due, everything else as it came.
  const usual = view === "waiting" ? "due" : "newest";
  return {
    view,
    state: RequestState.options.find((state) => state === search.state) ?? "",
    purpose: Purpose.options.find((purpose) => purpose === search.purpose) ?? "",
    reference: textOf(search.reference, 64),
    sort: search.sort === "due" || search.sort === "newest" ? search.sort : usual,
    cursor: textOf(search.cursor, 64),
  };
}

/** Whether a reference can be one: anything else finds nothing and is not asked for. */
export function isReference(text: string): boolean {
  return /^[A-Za-z0-9-]*$/.test(text);
}

export function isFiltered(address: ListAddress): boolean {
  return address.state !== "" || address.purpose !== "" || address.reference !== "";
}

export function addressOf(address: Partial<ListAddress>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(address)) if (value !== "") query.set(name, value);
  const text = query.toString();
  return text === "" ? "/requests" : `/requests?${text}`;
}
