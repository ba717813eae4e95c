import type { IconName } from "@/components/ui/icon";
import type { LogState } from "@/lib/home/schema";

/** Who is looking, as far as the shell needs to know. */
export interface Viewer {
  readonly name: string;
  readonly organisation: string;
  readonly role: string;
  readonly duties: readonly string[];
}

export type PlaceKey =
  | "home"
  | "requests"
  | "cases"
  | "grants"
  | "transactions"
  | "disputes"
  | "notices"
  | "releases"
  | "breakGlass"
  | "notifications"
  | "audit"
  | "verify"
  | "exports"
  | "evidence"
  | "erasures"
  | "holds"
  | "suspicions"
  | "quarantine"
  | "authorities"
  | "keys"
  | "webhooks"
  | "apiKeys"
  | "unreadable"
  | "background"
  | "people"
  | "offices"
  | "participants"
  | "agreements"
  | "roster"
  | "alerts"
  | "setup"
  | "accessReview"
  | "policies"
  | "account"
  | "trust"
  | "developers"
  | "help";

/** What waits in each place for the person who looks. */
export type PlaceCounts = Partial<Record<PlaceKey, number>>;

/** With the state of the log below the places. */
export type RailState = PlaceCounts & { readonly log: LogState };

export interface Place {
  readonly key: PlaceKey;
  readonly href: string;
  readonly icon: IconName;
  /**
   * Places of the person are in their menu, and those inside another place are reached from it. Both are found, but have
   * no place in the rail.
   */
  readonly group: PlaceGroup | "person" | "inside";
}

/** Groups of the rail, in its order. All but the first and the last fold. */
export const PLACE_GROUPS = ["work", "record", "rules", "running", "upkeep", "about", "help"] as const;
export type PlaceGroup = (typeof PLACE_GROUPS)[number];

/** In the order of the rail: work, record, rules, running the instance, its upkeep, about it, help. */
const PLACES: readonly Place[] = [
  { key: "home", href: "/", icon: "home", group: "work" },
  { key: "requests", href: "/requests", icon: "request", group: "work" },
  { key: "cases", href: "/cases", icon: "folder", group: "work" },
  { key: "grants", href: "/grants", icon: "grant", group: "work" },
  { key: "transactions", href: "/transactions", icon: "transaction", group: "work" },
  { key: "releases", href: "/releases", icon: "check", group: "work" },
  { key: "disputes", href: "/disputes", icon: "comment", group: "work" },
  { key: "notices", href: "/notices", icon: "eye", group: "work" },
  { key: "breakGlass", href: "/break-glass", icon: "bolt", group: "work" },
  { key: "notifications", href: "/notifications", icon: "bell", group: "work" },
  { key: "agreements", href: "/agreements", icon: "agree", group: "work" },
  { key: "audit", href: "/audit", icon: "log", group: "record" },
  { key: "verify", href: "/audit/verify", icon: "check", group: "record" },
  { key: "exports", href: "/audit/exports", icon: "download", group: "inside" },
  { key: "evidence", href: "/evidence", icon: "archive", group: "record" },
  { key: "suspicions", href: "/audit/suspicions", icon: "warning", group: "record" },
  { key: "quarantine", href: "/audit/quarantine", icon: "stop", group: "upkeep" },
  { key: "policies", href: "/policies", icon: "scales", group: "rules" },
  { key: "holds", href: "/audit/holds", icon: "shield", group: "rules" },
  { key: "erasures", href: "/audit/erasures", icon: "nothing", group: "rules" },
  { key: "authorities", href: "/admin/authorities", icon: "pencil", group: "rules" },
  { key: "keys", href: "/keys", icon: "key", group: "rules" },
  { key: "roster", href: "/roster", icon: "roster", group: "rules" },
  { key: "people", href: "/people", icon: "people", group: "running" },
  { key: "offices", href: "/organisations", icon: "building", group: "running" },
  { key: "participants", href: "/participants", icon: "transaction", group: "running" },
  { key: "accessReview", href: "/access-review", icon: "review", group: "running" },
  { key: "alerts", href: "/operations", icon: "chart", group: "running" },
  { key: "webhooks", href: "/admin/webhooks", icon: "arrow", group: "upkeep" },
  { key: "apiKeys", href: "/admin/api-keys", icon: "key", group: "upkeep" },
  { key: "unreadable", href: "/admin/requests", icon: "stop", group: "upkeep" },
  { key: "background", href: "/admin/background", icon: "log", group: "upkeep" },
  { key: "setup", href: "/setup", icon: "sliders", group: "running" },
  { key: "trust", href: "/trust", icon: "seal", group: "about" },
  { key: "developers", href: "/developers", icon: "code", group: "about" },
  { key: "help", href: "/help", icon: "help", group: "help" },
  { key: "account", href: "/account/security", icon: "person", group: "person" },
];

const STAFF: readonly string[] = ["auditor", "regulator", "coordinator"];
const GLASS_DUTIES: readonly string[] = ["break-glass", "legal", "approve", "compliance", "executive"];
/** Duties whose holders read who the people are; administrators also change them. */
const READ_PEOPLE: readonly string[] = ["compliance", "approve", "legal"];
const PARTIES: readonly string[] = ["client", "miner"];

/** Administrators and auditors, and coordinators with one of these duties. */
function isOverseer({ role, duties }: Viewer, of: readonly string[]): boolean {
  if (role === "coordinator") return duties.some((duty) => of.includes(duty));
  return role === "admin" || role === "auditor";
}

/** Officers for their agency, and coordinators with a duty for holds. */
function managesHolds({ role, duties }: Viewer): boolean {
  if (role === "coordinator") return duties.includes("legal") || duties.includes("compliance");
  return role === "auditor" || role === "regulator";
}

function isFor(key: PlaceKey, viewer: Viewer): boolean {
  const { role, duties } = viewer;
  switch (key) {
    case "requests":
    case "cases":
    case "grants":
      return STAFF.includes(role);
    case "notices":
      return PARTIES.includes(role);
    case "releases":
      return role === "coordinator" && duties.includes("executive");
    // For its holders, and for those who know of every use.
    case "breakGlass":
      return role === "coordinator" && duties.some((duty) => GLASS_DUTIES.includes(duty));
    case "disputes":
      return PARTIES.includes(role) || role === "coordinator" || duties.includes("support");
    case "audit":
    case "verify":
    case "exports":
      return STAFF.includes(role);
    case "erasures":
      return role === "coordinator" && (duties.includes("privacy") || duties.includes("compliance"));
    case "holds":
      return managesHolds(viewer);
    case "suspicions":
      return role === "coordinator" && duties.includes("compliance");
    // All other readers reach it from the log. Administrators do not read the log.
    case "quarantine":
      return role === "admin";
    case "authorities":
      return (
        (role === "coordinator" || role === "admin") &&
        (duties.includes("admin") || duties.includes("compliance"))
      );
    case "keys":
      return PARTIES.includes(role) || role === "coordinator" || role === "admin";
    case "webhooks":
    case "apiKeys":
    case "unreadable":
    case "background":
    case "offices":
    case "participants":
    case "agreements":
    case "setup":
      return role === "admin";
    case "alerts":
      return role === "admin" || (role === "coordinator" && duties.includes("compliance"));
    // Reviewers whom an organisation names come from their notification and their home.
    case "accessReview":
      return isOverseer(viewer, ["compliance"]);
    case "policies":
      return isOverseer(viewer, READ_PEOPLE);
    case "people":
    case "roster":
      return (
        role === "admin" || (role === "coordinator" && duties.some((duty) => READ_PEOPLE.includes(duty)))
      );
    case "transactions":
    case "evidence":
      return role !== "admin";
    default:
      return true;
  }
}

/** The places this person can do something at; the pages themselves decide again. */
export function placesFor(viewer: Viewer): Place[] {
  return PLACES.filter((place) => isFor(place.key, viewer));
}

/** What a role or a duty is for: on a phone these places are in the bar, after home. */
const FIRST: Readonly<Record<string, readonly PlaceKey[]>> = {
  admin: ["people", "offices", "alerts"],
  support: ["disputes", "transactions"],
  executive: ["releases", "breakGlass"],
  "break-glass": ["breakGlass", "transactions"],
  privacy: ["erasures", "transactions"],
};

/** The same places in the order of a phone's bar: home, what the person's role and duties are for, the rest. */
export function tabsFor(viewer: Viewer): Place[] {
  const first: readonly PlaceKey[] = [viewer.role, ...viewer.duties].flatMap((key) => FIRST[key] ?? []);
  const rank = ({ key }: Place): number => {
    if (key === "home") return -1;
    const at = first.indexOf(key);
    return at === -1 ? first.length : at;
  };
  return placesFor(viewer)
    .filter(({ group }) => group !== "inside")
    .sort((a, b) => rank(a) - rank(b));
}

/** The place an address belongs to: the longest that begins it. */
export function currentPlace(places: readonly Place[], path: string): PlaceKey | undefined {
  const matching = places.filter(({ href }) =>
    href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`),
  );
  return matching.sort((a, b) => b.href.length - a.href.length)[0]?.key;
}
