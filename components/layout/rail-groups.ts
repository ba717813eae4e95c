import { PLACE_GROUPS, type Place, type PlaceGroup, placesFor, type Viewer } from "./places";

/** A group of the rail as a person sees it. */
export interface RailGroup {
  readonly group: PlaceGroup;
  readonly places: readonly Place[];
  /** Whether its places are shown before the person has folded or unfolded it. */
  readonly isOpen: boolean;
}

/** As many links as a person sees in the rail at first, and Help. */
const AT_FIRST = 12;

/** Groups are unfolded in this order while there is room. Administrators first need those who use the instance. */
const UNFOLDED: Readonly<Record<"admin" | "other", readonly PlaceGroup[]>> = {
  admin: ["work", "running", "rules", "record", "about", "upkeep"],
  other: ["work", "record", "rules", "running", "about", "upkeep"],
};

/** Groups that never fold. */
export const ALWAYS_OPEN: readonly PlaceGroup[] = ["work", "help"];

/** Returns the groups of the rail with the person's places. */
export function railFor(viewer: Viewer): RailGroup[] {
  const places = placesFor(viewer);
  const inside = (group: PlaceGroup) => places.filter((place) => place.group === group);
  const open = new Set<PlaceGroup>(ALWAYS_OPEN);
  let shown = 0;
  for (const group of UNFOLDED[viewer.role === "admin" ? "admin" : "other"]) {
    const count = inside(group).length;
    if (group !== "work" && shown + count > AT_FIRST) break;
    shown += count;
    open.add(group);
  }
  return PLACE_GROUPS.flatMap((group) => {
    const found = inside(group);
    return found.length === 0 ? [] : [{ group, places: found, isOpen: open.has(group) }];
  });
}

/** Groups that a person folded (false) or unfolded (true). */
export type Folds = Readonly<Partial<Record<PlaceGroup, boolean>>>;

/** The cookie that keeps them: names of groups, of a folded one with a minus before it. It says nothing about the person. */
export const FOLDS_COOKIE = "places";

/** Reads the cookie. Names that are no group are ignored. */
export function foldsOf(cookie: string | undefined): Folds {
  const names = (cookie ?? "").split(".");
  return Object.fromEntries(
    PLACE_GROUPS.flatMap((group): [PlaceGroup, boolean][] =>
      names.includes(group) ? [[group, true]] : names.includes(`-${group}`) ? [[group, false]] : [],
    ),
  );
}

/** Returns the cookie's text. */
export function cookieOf(folds: Folds): string {
  return Object.entries(folds)
    .map(([group, isOpen]) => (isOpen ? group : `-${group}`))
    .join(".");
}
