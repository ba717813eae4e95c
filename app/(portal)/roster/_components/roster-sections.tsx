import Link from "next/link";
import { useTranslations } from "next-intl";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { RosterChangeView, RosterPage } from "@/lib/identity/roster/schema";
import { AskVersion } from "./ask-version";
import { useEntryLines, VersionTag } from "./version-section";

/** Without a roster: what people do, in order, and the draft to take to the custodian. */
export function FirstRoster({ roster }: { roster: RosterPage }) {
  const t = useTranslations("roster.first");
  return (
    <Section title={t("title")}>
      <p className="max-w-[80ch] py-3 text-body">{t("text")}</p>
      <ol className="ml-5 grid max-w-[80ch] list-decimal gap-2 text-body">
        <li>{t("passkeys")}</li>
        <li>{t("download")}</li>
        <li>
          {t("command")}{" "}
          <code className="font-mono text-control">npm run -s op -- roster begin roster-draft.json</code>{" "}
          {t("asCustodian")}{" "}
          <Link
            href="/developers/guides/deploying#7-the-first-roster"
            prefetch={false}
            className="underline underline-offset-4"
          >
            {t("guide")}
          </Link>
        </li>
        <li>{t("read")}</li>
      </ol>
      {roster.may_ask ? (
        <p className="mt-4">
          <a
            href="/confidential/admin/roster/draft"
            download="roster-draft.json"
            className={buttonClass("primary", "form")}
          >
            <Icon name="download" />
            {t("button")}
          </a>
        </p>
      ) : null}
      <WithoutKey people={roster.without_key} />
    </Section>
  );
}

/** People who cannot be on the roster yet, and what they do about it. */
function WithoutKey({ people }: { people: RosterPage["without_key"] }) {
  const t = useTranslations("roster.missing");
  if (people.length === 0) return null;
  return (
    <div className="py-3">
      <p className="max-w-[80ch] text-control text-ink-2">{t("withoutKey")}</p>
      <ul className="text-control">
        {people.map(({ person, name, organisation_name: organisation }) => (
          <li key={person} className="flex flex-wrap gap-x-4 border-line border-b py-2">
            <span className="min-w-40 font-semibold">{name}</span>
            <span className="text-ink-2">{organisation}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Who is not on the roster as the portal knows them, why, and whom to ask. */
export function MissingSection({ roster, isOpen }: { roster: RosterPage; isOpen: boolean }) {
  const t = useTranslations("roster.missing");
  const { differences, without_key: keyless, may_ask: mayAsk } = roster;
  const count = differences.length + keyless.length;
  if (count === 0)
    return (
      <Section title={t("title")}>
        <p className="py-3 text-control text-ink-2">{t("none")}</p>
      </Section>
    );
  const canAsk = mayAsk && !isOpen && differences.length > 0;
  return (
    <Section title={t("title")} count={count}>
      {canAsk ? <AskVersion differences={differences} /> : <Differences differences={differences} />}
      {canAsk || differences.length === 0 ? null : (
        <p className="py-2 text-control text-ink-2">{t(isOpen ? "waits" : "askAdministrator")}</p>
      )}
      <WithoutKey people={keyless} />
    </Section>
  );
}

function Differences({ differences }: { differences: RosterPage["differences"] }) {
  const t = useTranslations("roster.ask");
  return (
    <ul className="text-control">
      {differences.map(({ person, name, act, organisation_name: organisation }) => (
        <li key={person} className="flex flex-wrap gap-x-4 border-line border-b py-2">
          <span className="min-w-40">{t(`acts.${act}`, { name })}</span>
          <span className="text-ink-2">{organisation}</span>
        </li>
      ))}
    </ul>
  );
}

type Listed = RosterPage["people"][number];

/** The people on the roster: role, duties, and what they sign with. */
export function ListedSection({ people }: { people: RosterPage["people"] }) {
  const t = useTranslations("roster.listed");
  const entry = useTranslations("roster.entry");
  const lines = useEntryLines();
  const of = (one: Listed, name: string) => lines(one).find((line) => line.name === name)?.value;
  const dutiesOf = (one: Listed) => {
    const duties = of(one, entry("duties"));
    return duties === entry("none") ? "–" : duties;
  };
  const signsWith = ({ keys }: Listed) => {
    const own = keys.filter(({ kind }) => kind !== "portal-evaluation");
    if (own.length > 0) return t("ownKeys", { count: own.length });
    return t(keys.length > 0 ? "portal" : "noKey");
  };
  const columns: Column<Listed>[] = [
    { key: "name", head: t("name"), isTitle: true, cell: ({ name }) => name },
    { key: "organisation", head: entry("organisation"), cell: (one) => one.organisation_name },
    { key: "role", head: entry("role"), cell: (one) => of(one, entry("role")) },
    { key: "duties", head: entry("duties"), cell: dutiesOf },
    { key: "signs", head: t("signs"), isNamed: true, cell: signsWith },
  ];
  return (
    <Section title={t("title")} count={people.length}>
      <Table caption={t("title")} rows={people} rowKey={({ person }) => person} columns={columns} />
    </Section>
  );
}

/** Returns the change that made the version in force. The first version has none: it is made at the custodian. */
export function changeInForce({
  changes,
  version,
}: Pick<RosterPage, "changes" | "version">): RosterChangeView | undefined {
  return changes.find((one) => one.state === "done" && one.version === version);
}

/** Versions that ended: whom they changed, who signed, and how they ended. The version in force is on top of the page. */
export function PastSection({ roster }: { roster: Pick<RosterPage, "changes" | "version"> }) {
  const t = useTranslations("roster.past");
  const inForce = changeInForce(roster);
  const changes = roster.changes.filter((one) => one.state !== "pending" && one !== inForce);
  if (changes.length === 0) return null;
  const names = (people: readonly { readonly name: string }[]) => people.map(({ name }) => name).join(", ");
  return (
    <Section title={t("title")}>
      <Table
        caption={t("title")}
        rows={changes}
        rowKey={({ id }) => id}
        columns={[
          {
            key: "who",
            head: t("people"),
            isTitle: true,
            cell: (one) => t("version", { version: one.version, people: names(one.concerned ?? []) }),
          },
          { key: "signed", head: t("signed"), isNamed: true, cell: (one) => names(one.agreements) },
          {
            key: "state",
            head: t("state"),
            cell: ({ state }) =>
              state === "done" ? <Tag tone="plain">{t("replaced")}</Tag> : <VersionTag state={state} />,
          },
          {
            key: "at",
            head: t("at"),
            cell: (one) => <LocalTime instant={one.ended_at ?? one.expires_at} form="minute" />,
          },
        ]}
      />
    </Section>
  );
}
