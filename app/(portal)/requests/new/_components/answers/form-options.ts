import "server-only";
import { purposesOf } from "@/lib/access/rules/default-rules";
import { isSupport } from "@/lib/access/rules/floor";
import { levelCap } from "@/lib/access/rules/limits";
import type { Principal } from "@/lib/context/principal";
import type { Locale } from "@/lib/format";
import { viewerOf } from "@/lib/http/pages/viewer";
import { GroupName, InstrumentKind, Purpose } from "@/lib/vocabulary";
import { jurisdictionsIn } from "../sections/jurisdictions";
import type { FormOptions } from "./answers";

function maskedBy(kind: InstrumentKind): GroupName[] {
  return GroupName.options.filter((group) => levelCap(kind, group) === "masked");
}

/** What this person may ask for and under which rules: the rules themselves stay on the server. */
export async function formOptions(principal: Principal, locale: Locale): Promise<FormOptions> {
  const allowed = purposesOf(principal);
  const purposes = Purpose.options.filter((purpose) => allowed.includes(purpose));
  const { organisation } = await viewerOf(principal);
  const isStaff = principal.role === "coordinator";
  return {
    person: principal.handle,
    organisation,
    purposes,
    fields: GroupName.options,
    level: isSupport(principal) ? "masked" : "full",
    needsAuthority: !isStaff,
    kinds: InstrumentKind.options,
    maskedBy: {
      court_order: maskedBy("court_order"),
      subpoena: maskedBy("subpoena"),
      warrant: maskedBy("warrant"),
      statutory_demand: maskedBy("statutory_demand"),
      audit_mandate: maskedBy("audit_mandate"),
      epoc: maskedBy("epoc"),
    },
    jurisdictions: isStaff ? [] : jurisdictionsIn(locale),
  };
}
