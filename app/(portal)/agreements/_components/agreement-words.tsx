import { useTranslations } from "next-intl";
import { dutyKey, roleKey } from "@/components/layout/role-words";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import type { Column } from "@/components/ui/table";
import { Tag, type Tone } from "@/components/ui/tag";
import type { Agreement, AgreementState } from "@/lib/administration/agreements/schema";
import { PersonState } from "@/lib/administration/people/schema";
import { SealState } from "@/lib/administration/seal/schema";

const LOOKS: Readonly<Record<AgreementState, { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: "amber", icon: "clock" },
  agreed: { tone: "accent", icon: "check" },
  refused: { tone: "oxblood", icon: "cross" },
  sent_back: { tone: "plain", icon: "back" },
  withdrawn: { tone: "plain", icon: "nothing" },
  expired: { tone: "plain", icon: "nothing" },
};

/** State of an agreement as icon and word. */
export function AgreementTag({ state }: { state: AgreementState }) {
  const t = useTranslations("administration.agreements.states");
  return (
    <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
      {t(state)}
    </Tag>
  );
}

/** Columns of the list of agreements. */
export function useAgreementColumns(): Column<Agreement>[] {
  const t = useTranslations("administration.agreements");
  return [
    { key: "what", head: t("columns.what"), isTitle: true, cell: ({ kind }) => t(`kinds.${kind}`) },
    { key: "who", head: t("columns.who"), cell: ({ subject }) => subject.name },
    { key: "asked", head: t("columns.asked"), isNamed: true, cell: ({ asked_by: by }) => by },
    {
      key: "until",
      head: t("columns.until"),
      cell: ({ expires_at: end }) => <LocalTime instant={end} form="minute" />,
    },
    { key: "state", head: t("columns.state"), cell: ({ state }) => <AgreementTag state={state} /> },
  ];
}

type Fact = Agreement["before"][string];
type Item = Exclude<Fact, string>[number];

/** The members that are shown. Ids are not: other members have their names. */
const NAMED = [
  "name",
  "email",
  "handle",
  "organisation",
  "organisations",
  "participant_id",
  "role",
  "duties",
  "state",
  "factors",
  "legal_name",
  "zone",
  "email_domains",
  "contacts",
  "people",
  "confirmed_by",
  "called_number",
  "call_note",
  "not_before",
  "policy_version",
  "scopes",
  "groups",
  "issuer",
  "client_id",
  "authentication",
  "secret",
  "public_key",
  "domains",
  "amr",
  "acr",
  "max_age",
  "group_claim",
  "mapping",
] as const;

function useValue(kind: Agreement["kind"]): (name: string, value: Fact | undefined) => string {
  const portal = useTranslations("portal");
  const states = useTranslations("administration.people.states");
  const seals = useTranslations("administration.seal.states");
  const none = useTranslations("administration.agreements");
  const provider = useTranslations("organisations.provider.form");
  const stateWord = (value: string): string => {
    const seal = SealState.options.find((option) => option === value);
    if (seal !== undefined) return seals(seal);
    const state = PersonState.options.find((option) => option === value);
    return state === undefined ? value : states(state);
  };
  const word = (name: string, value: string): string => {
    if (name === "role") return portal(`roles.${roleKey(value)}`);
    if (name === "duties") return portal(`duties.${dutyKey(value)}`);
    if (name === "max_age") return none("minutes", { count: Math.ceil(Number(value) / 60) });
    if (name === "authentication") return provider(value === "private_key" ? "keyWay" : "secretWay");
    return name === "state" ? stateWord(value) : value;
  };
  const one = (name: string, value: Item): string => {
    if (typeof value === "string") return word(name, value);
    if (name !== "mapping" && name !== "groups") return Object.values(value).join(", ");
    const { role = "", duties = "" } = value;
    const group = value.value ?? value.name ?? "";
    const given = duties.split(" ").filter((duty) => duty !== "");
    return `${group}: ${[word("role", role), ...given.map((duty) => word("duties", duty))].join(", ")}`;
  };
  return (name, value) => {
    // An agency's provider uses the domains of the agency's record and has no domains of its own.
    if (kind === "provisioning" && name === "email_domains" && value?.length === 0) return none("ofRecord");
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return none("nothing");
    return Array.isArray(value) ? value.map((item) => one(name, item)).join("; ") : one(name, value);
  };
}

/** What changes: each fact as it is now and as it will be. A changed value is marked. */
export function ChangeTable({ agreement }: { agreement: Agreement }) {
  const t = useTranslations("administration.agreements");
  const value = useValue(agreement.kind);
  const { before, after } = agreement;
  const names = NAMED.filter((name) => name in before || name in after);
  const isNew = Object.keys(before).length === 0;
  return (
    <table className="w-full border-collapse text-control">
      <caption className="sr-only">{t("change")}</caption>
      <thead>
        <tr className="border-line-2 border-b text-left text-ink-2 text-note">
          <th scope="col" className="py-2 pr-4 font-normal">
            {t("fact")}
          </th>
          {isNew ? null : (
            <th scope="col" className="py-2 pr-4 font-normal">
              {t("before")}
            </th>
          )}
          <th scope="col" className="py-2 font-normal">
            {t("after")}
          </th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => {
          const [old, next] = [value(name, before[name]), value(name, after[name])];
          const stays = !isNew && (!(name in after) || old === next);
          return (
            <tr key={name} className="border-line border-b align-top">
              <th scope="row" className="py-2 pr-4 text-left font-normal text-ink-2">
                {t(`facts.${name}`)}
              </th>
              {isNew ? null : (
                <td className="py-2 pr-4 [overflow-wrap:anywhere]">
                  {stays ? old : <del className="text-ink-3">{old}</del>}
                </td>
              )}
              <td className="py-2 [overflow-wrap:anywhere]">
                {stays ? old : <ins className="bg-accent-wash no-underline">{next}</ins>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
