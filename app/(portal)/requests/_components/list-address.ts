import { RequestState } from "@/lib/access/requests/schema";
import { InstantOrDate } from "@/lib/schema";
import { Purpose } from "@/lib/vocabulary";

/** The list's address. Empty texts are left out of it. */
export interface ListAddress {
  readonly view: ListView;
  readonly state: RequestState | "";
  readonly purpose: Purpose | "";
  readonly reference: string;
  /** Searches of the history. */
  readonly officer: string;
  readonly agency: string;
  readonly issuer: string;
  readonly case_number: string;
  readonly transaction: string;
  /** Instants, or days in UTC. */
  readonly from: string;
  readonly to: string;
  readonly sort: "newest" | "due";
  readonly cursor: string;
}

/** Members of the address that search the history, as the API names them. */
export const SEARCHES = ["officer", "agency", "issuer", "case_number", "transaction", "from", "to"] as const;
export type SearchName = (typeof SEARCHES)[number];

export const LIST_VIEWS = ["mine", "waiting", "assigned", "unassigned", "decided", "all"] as const;
export type ListView = (typeof LIST_VIEWS)[number];

/** Saved views of a person; the first is the default. Only reviewers know of others' requests. */
export function viewsFor(isReviewer: boolean): readonly ListView[] {
  return isReviewer
    ? ["waiting", "assigned", "unassigned", "all", "decided", "mine"]
    : ["mine", "waiting", "decided"];
}

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

function textOf(value: string | readonly string[] | undefined, maxLength: number): string {
  return typeof value === "string" ? value.trim().slice(0, maxLength) : "";
}

/** Reads the address. Values that are not valid are ignored. */
export function readAddress(search: Search, isReviewer: boolean): ListAddress {
  const views = viewsFor(isReviewer);
  const view = views.find((one) => one === search.view) ?? views[0] ?? "mine";
  // Waiting requests are sorted by deadline, all others by age.
  const usual = ["waiting", "assigned", "unassigned"].includes(view) ? "due" : "newest";
  return {
    view,
    state: RequestState.options.find((state) => state === search.state) ?? "",
    purpose: Purpose.options.find((purpose) => purpose === search.purpose) ?? "",
    reference: textOf(search.reference, 64),
    officer: textOf(search.officer, 200),
    agency: textOf(search.agency, 200),
    issuer: textOf(search.issuer, 300),
    case_number: textOf(search.case_number, 200),
    transaction: textOf(search.transaction, 64),
    from: textOf(search.from, 40),
    to: textOf(search.to, 40),
    sort: search.sort === "due" || search.sort === "newest" ? search.sort : usual,
    cursor: textOf(search.cursor, 64),
  };
}

const UUID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$/i;

const isBound = (text: string): boolean => text === "" || InstantOrDate.safeParse(text).success;

/** Whether each filter has a possible value. Otherwise the list is empty and the API is not called. */
export function isAskable({ reference, transaction, from, to }: ListAddress): boolean {
  return /^[A-Za-z0-9-]*$/.test(reference) && UUID.test(transaction) && isBound(from) && isBound(to);
}

/** The searches of the history, without those that are empty. */
export function searchesOf(address: ListAddress): Partial<Record<SearchName, string>> {
  return Object.fromEntries(
    SEARCHES.flatMap((name) => (address[name] === "" ? [] : [[name, address[name]]])),
  );
}

/** The members of the API's query, without what is empty. */
export function queryOf(address: ListAddress) {
  const { view, state, purpose, reference, sort, cursor } = address;
  return {
    view,
    sort,
    ...(state === "" ? {} : { state }),
    ...(purpose === "" ? {} : { purpose }),
    ...(reference === "" ? {} : { reference }),
    ...searchesOf(address),
    ...(cursor === "" ? {} : { cursor }),
  };
}

export function isFiltered(address: ListAddress): boolean {
  const { state, purpose, reference } = address;
  return state !== "" || purpose !== "" || reference !== "" || Object.keys(searchesOf(address)).length > 0;
}

export function addressOf(address: Partial<ListAddress>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(address)) if (value !== "") query.set(name, value);
  const text = query.toString();
  return text === "" ? "/requests" : `/requests?${text}`;
}
