import "server-only";
import { noticeOutlooks } from "@/lib/access/notices/expected-notice";
import { isSupport } from "@/lib/access/rules/floor";
import { grantLimits } from "@/lib/access/rules/grant-limits";
import { purposesOf, shownLevel } from "@/lib/access/rules/purposes";
import type { Context } from "@/lib/context/context";
import type { DecidingSet } from "@/lib/context/policies";
import type { Principal } from "@/lib/context/principal";
import { type Locale, regionName } from "@/lib/format";
import { viewerOf } from "@/lib/http/pages/viewer";
import { GroupName, InstrumentKind, type Purpose } from "@/lib/vocabulary";
import { answerDays } from "./answer-days";
import type { FormOptions } from "./answers";

/** ISO 3166-1 alpha-2, and EU for orders of the Union's own bodies. */
const CODES =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split(
    " ",
  );

/** Every jurisdiction by its name, the Union first. The server names them, because browsers differ. */
function jurisdictionsIn(locale: Locale): FormOptions["jurisdictions"] {
  const countries = CODES.map((code) => ({ code, name: regionName(code, locale) }));
  countries.sort((a, b) => a.name.localeCompare(b.name, locale));
  return [{ code: "EU", name: regionName("EU", locale) }, ...countries];
}

/** Fields that no purpose of this person opens in full under an instrument of this kind. */
function masksOf(principal: Principal, purposes: readonly Purpose[], set: DecidingSet) {
  return (instrument: InstrumentKind): GroupName[] =>
    GroupName.options.filter((group) =>
      purposes.every(
        (purpose) => shownLevel({ level: "full", purpose, instrument }, group, set, principal) === "masked",
      ),
    );
}

/** What this person may request, by the policies in force, which stay on the server. */
export async function formOptions(cx: Context, locale: Locale): Promise<FormOptions> {
  const { principal, policies } = cx;
  const set = policies.active();
  const purposes = purposesOf(principal, set);
  const maskedBy = masksOf(principal, purposes, set);
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
    notices: await noticeOutlooks(cx),
    answerDays: answerDays(set.settings.review_days),
    limits: grantLimits(set),
  };
}
