import { useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import { useFieldNamer } from "@/components/domain/field-names";
import { memberKey, type PartKnowledge, PartValue } from "./part-value";

/** So many values of a list are shown; all of them are in the part as stored. */
const MOST = 20;

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a member is called: by its label, a field by its name, else as the entry has it. */
function useMemberName(of: string): (name: string) => ReactNode {
  const t = useTranslations("audit.members");
  const fieldOf = useFieldNamer();
  return (name) => {
    if (of === "levels") return fieldOf([name]);
    const key = memberKey(name);
    return key === undefined ? <code className="wrap-anywhere font-mono">{name}</code> : t(key);
  };
}

/** The value of a member: a list of values in one line, other lists and members below each other. */
function Value({ name, value, known }: { name: string; value: unknown; known: PartKnowledge }): ReactNode {
  const t = useTranslations("audit.parts");
  if (isMembers(value)) return <PartFacts members={value} of={name} known={known} />;
  if (!Array.isArray(value)) return <PartValue name={name} value={value} known={known} />;
  if (value.length === 0) return t("none");
  const shown = value.slice(0, MOST);
  // A subject ends with a button that copies its id, so each has a line of its own.
  const isLong = name === "subjects" || shown.some((one) => typeof one === "object");
  return (
    <>
      {shown.map((one, at) => {
        const value = <Value name={name} value={one} known={known} />;
        // biome-ignore lint/suspicious/noArrayIndexKey: values of an entry have no id and never move
        if (isLong) return <div key={at}>{value}</div>;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: values of an entry have no id and never move
          <Fragment key={at}>
            {at === 0 ? null : ", "}
            {value}
          </Fragment>
        );
      })}
      {value.length > MOST ? ` ${t("more", { count: value.length - MOST })}` : null}
    </>
  );
}

/** So many members are shown at once below a member; more are folded away, such as the facts of a decision. */
const MOST_NESTED = 6;

/** A member whose value has members: indented below its name. */
function Nested({ name, children, isFolded }: { name: ReactNode; children: ReactNode; isFolded: boolean }) {
  const body = <div className="border-line-2 border-l pl-3">{children}</div>;
  if (!isFolded)
    return (
      <>
        <dt className="break-words text-ink-2">{name}</dt>
        <dd className="min-w-0 break-words">{body}</dd>
      </>
    );
  return (
    <dd className="min-w-0 break-words">
      <details>
        <summary className="cursor-pointer text-ink-2">{name}</summary>
        {body}
      </details>
    </dd>
  );
}

/** Members of a part as named facts; nested members are indented below their name. */
export function PartFacts(props: { members: Members; known: PartKnowledge; of?: string }) {
  const { members, known, of = "" } = props;
  const nameOf = useMemberName(of);
  // The reason of a switch is a word of the file that sets it; elsewhere a person typed the reason.
  const isSwitch = typeof members.flag === "string" && typeof members.on === "boolean";
  // A level is a word of its member `level`, whatever the field.
  const nameFor = (name: string) => {
    if (of === "levels") return "level";
    return isSwitch && name === "reason" ? "flag_reason" : name;
  };
  return (
    <dl className="text-control">
      {Object.entries(members).map(([name, value]) => {
        const shown = <Value name={nameFor(name)} value={value} known={known} />;
        if (isMembers(value) || (Array.isArray(value) && value.some(isMembers)))
          return (
            <div key={name} className="py-[3px]">
              <Nested
                name={nameOf(name)}
                isFolded={isMembers(value) && Object.keys(value).length > MOST_NESTED}
              >
                {shown}
              </Nested>
            </div>
          );
        return (
          <div key={name} className="flex flex-wrap items-baseline gap-x-4 py-[3px] facts:flex-nowrap">
            <dt className="w-32 shrink-0 break-words text-ink-2">{nameOf(name)}</dt>
            <dd className="min-w-0 grow break-words">{shown}</dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Members of the organisation's part that the entry's own facts show already, or that say only where to look. */
const SHOWN_ABOVE: ReadonlySet<string> = new Set(["action", "purpose", "request_id", "case", "suspicion"]);

/** Returns the members of a part to show: those of `details`, `access` and `index` next to the others, each once. */
export function shownMembers(kind: string, plaintext: Members): Members {
  if (kind !== "org") return plaintext;
  const { details, access, index, ...own } = plaintext;
  const flat = [own, details, access, index].filter(isMembers).flatMap((one) => Object.entries(one));
  const shown = new Map<string, unknown>();
  for (const [name, value] of flat)
    if (!SHOWN_ABOVE.has(name) || !(name in own)) if (!shown.has(name)) shown.set(name, value);
  const code = shown.get("code");
  const repeats = ([name, value]: [string, unknown]) =>
    (name.endsWith("_id") && shown.get(name.slice(0, -3)) === value) ||
    ((name === "error" || name === "reason") && code !== undefined && value === code);
  return Object.fromEntries([...shown].filter((one) => !repeats(one)));
}
