import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFieldNamer } from "@/components/domain/field-names";
import { useSwitchWords } from "@/components/domain/switch-words";
import { roleKey } from "@/components/layout/role-words";
import audit from "@/components/messages/en/audit.json";
import { Breaking } from "@/components/ui/breaking";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import type { EventDetail } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";
import { SignInMethod } from "@/lib/identity/schema";
import { Level, Purpose } from "@/lib/vocabulary";
import type { RecordNames } from "./event-sentence";
import { Actor, processOf, SubjectName } from "./names";
import { RefusalName, refusalKey } from "./refusal-name";

// The labels themselves say which members have one, so there is no second list of them. Pages of the log are made on the
// server: the browser is not sent this file.

/** A member of an entry's parts that has a label in `audit.members`. */
type EntryMember = keyof typeof audit.members;
type EntryTable = keyof typeof audit.tables;

function isLabelled(name: string): name is EntryMember {
  return Object.hasOwn(audit.members, name);
}

function isTable(name: string): name is EntryTable {
  return Object.hasOwn(audit.tables, name);
}

/**
 * Returns the message key of a member's label; undefined for a member that this version does not write. Such a member is
 * shown by the name that the entry has.
 */
export function memberKey(name: string): EntryMember | undefined {
  return isLabelled(name) ? name : undefined;
}

/** Returns the message key under `audit` for the kind of a subject; undefined for one that this version does not write. */
export function tableKey(table: string): `tables.${EntryTable}` | `members.${EntryMember}` | undefined {
  if (isTable(table)) return `tables.${table}`;
  return isLabelled(table) ? `members.${table}` : undefined;
}

/** What is known of the people and records that a part names. */
export interface PartKnowledge {
  readonly people: NonNullable<EventDetail["people"]>;
  readonly records: RecordNames;
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A digest, key or signature: nothing that is read, only compared. */
const CODE = /^(?:[A-Za-z0-9_-]{40,}={0,2}|[0-9a-f]{64})$/;
const OF_FIELDS: ReadonlySet<string> = new Set([
  "groups",
  "group",
  "grp",
  "fields",
  "data_accessed",
  "levels",
]);
/** Members whose value can be the code of a refusal. */
const REFUSALS: ReadonlySet<string> = new Set(["code", "reason", "error"]);
const RECORDS = { transaction: "transaction", request: "request", grant: "grant" } as const;

/** The kind of record that a member names: `transaction`, `transactions` and `transaction_id` name the same. */
function recordKind(name: string): keyof typeof RECORDS | undefined {
  const kind = name.replace(/(?:_id|s)$/, "");
  return kind === "transaction" || kind === "request" || kind === "grant" ? kind : undefined;
}

/** A subject of an entry, as its table and id. */
const SUBJECT = /^([a-z_]+):(.+)$/;
const TABLES: Readonly<Record<string, keyof typeof RECORDS>> = {
  ...RECORDS,
  access_request: "request",
  access_grant: "grant",
};

/** Returns the words for closed values of a member, in the reader's language. */
function useValueWords(): (name: string, text: string) => string | undefined {
  const t = useTranslations();
  const fieldOf = useFieldNamer();
  const switches = useSwitchWords();
  return (name, text) => {
    if (OF_FIELDS.has(name)) return fieldOf([text]);
    if (name === "flag") return switches.name(text);
    if (name === "flag_reason") return switches.reason(text);
    const known = <T extends string>(member: string, options: readonly T[]): T | undefined =>
      name === member ? options.find((one) => one === text) : undefined;
    const purpose = known("purpose", Purpose.options);
    if (purpose !== undefined) return t(`domain.purposes.${purpose}`);
    const level = known("level", Level.options);
    if (level !== undefined) return t(`domain.levels.${level}`);
    const method = known("method", SignInMethod.options);
    if (method !== undefined) return t(`account.sessions.methods.${method}`);
    return name === "role" ? t(`portal.roles.${roleKey(text)}`) : undefined;
  };
}

/** A subject without a page of its own: what it is, and its id. */
function OtherSubject({ table, id }: { table: string; id: string }) {
  const t = useTranslations("audit");
  const switches = useSwitchWords();
  const key = tableKey(table);
  if (table === "flag")
    return (
      <>
        {t("tables.flag")}: {switches.name(id)}
      </>
    );
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1">
      {key === undefined ? table : t(key)} <Digest value={id} />
    </span>
  );
}

/** A person by name or organisation, with the code that the entry has. */
function Person({ code, person }: { code: string; person: PartKnowledge["people"][string] }) {
  return (
    <>
      <Actor actor={code} name={person.actor_name} organisation={person.actor_organisation} />{" "}
      <code className="ml-1 inline-block max-w-full break-all font-mono text-ink-2 text-note">{code}</code>
    </>
  );
}

/** The id of a part is compared, not read. */
const lookOf = (name: string) => (name === "c" ? "font-mono" : "");

function Text({ name, text, known }: { name: string; text: string; known: PartKnowledge }) {
  const wordsOf = useValueWords();
  const words = wordsOf(name, text);
  if (words !== undefined) return <>{words}</>;
  if (REFUSALS.has(name) && refusalKey(text) !== undefined) return <RefusalName code={text} />;
  if (INSTANT.test(text)) return <LocalTime instant={text} />;
  const person = known.people[text];
  if (person !== undefined) return <Person code={text} person={person} />;
  const [, table = "", id = ""] = (name === "subjects" ? SUBJECT.exec(text) : undefined) ?? ["", "", text];
  const kind = name === "subjects" ? TABLES[table] : recordKind(name);
  if (kind !== undefined && UUID.test(id))
    return (
      <SubjectName subject={{ kind, id, name: known.records.get(id) }} isLabelled={name !== "subjects"} />
    );
  if (name === "subjects" && table !== "") return <OtherSubject table={table} id={id} />;
  if (UUID.test(text) || CODE.test(text)) return <Digest value={text} />;
  if (name === "path") return <Breaking text={text} />;
  return <span className={`whitespace-pre-wrap break-words ${lookOf(name)}`}>{text}</span>;
}

/** One scalar of a part: words where this version knows them, else what the entry has. */
export function PartValue(props: { name: string; value: unknown; known: PartKnowledge }): ReactNode {
  const { name, value, known } = props;
  const t = useTranslations("audit.parts");
  const locale = useLocale();
  if (value === null || value === undefined || value === "") return t("none");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") return formatCount(value, locale);
  const text = String(value);
  if (name === "actor" && processOf(text) !== undefined) return <Actor actor={text} name={undefined} />;
  return <Text name={name} text={text} known={known} />;
}
