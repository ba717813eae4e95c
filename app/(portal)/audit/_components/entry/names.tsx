import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { Unbroken } from "@/components/ui/unbroken";
import { shortDigest } from "@/lib/format";
import type { Subject } from "./event-sentence";

const PROCESSES = ["portal", "worker", "seed", "signer", "custodian", "launch", "scim"] as const;
type Process = (typeof PROCESSES)[number];

/** Returns the process that an actor of the log names, such as `system:portal`; undefined for a person. */
export function processOf(actor: string): Process | undefined {
  // An identity provider acts as system:scim: and the prefix of its token.
  const name = /^system:([a-z]+)(?:$|:)/.exec(actor)?.[1];
  return PROCESSES.find((known) => known === name);
}

/**
 * Who acted, in one text: a name where the reader knows it, else the organisation, else the log's pseudonym. `isFirst`:
 * the text begins a sentence, so a process has its article.
 */
export function useActorName(
  isFirst = false,
): (actor: string | null, name: string | undefined, organisation?: string | undefined) => string {
  const t = useTranslations("audit.actors");
  return (actor, name, organisation) => {
    if (name !== undefined) return name;
    if (organisation !== undefined) return t("unnamed", { organisation });
    const process = actor === null || actor === "anonymous" ? "none" : processOf(actor);
    if (process !== undefined) return t(isFirst ? `first.${process}` : process);
    return shortDigest(actor ?? "");
  };
}

/** Who acted. A pseudonym is shown in a monospaced font; behind a person without a name it is the title. */
export function Actor(props: {
  actor: string | null;
  name: string | undefined;
  organisation?: string | undefined;
  isFirst?: boolean;
}) {
  const { actor, name, organisation } = props;
  const nameOf = useActorName(props.isFirst);
  const isUnnamed =
    name === undefined && actor !== null && actor !== "anonymous" && processOf(actor) === undefined;
  return (
    <span
      className={isUnnamed && organisation === undefined ? "font-mono" : ""}
      title={isUnnamed ? actor : undefined}
    >
      {nameOf(actor, name, organisation)}
    </span>
  );
}

const PLACES = { transaction: "/transactions/", request: "/requests/", grant: "/grants/" } as const;

/** What a record is called. A job and a transaction have that word before them; a reference says itself what it is. */
function RecordName({ kind, id, name }: Subject) {
  const t = useTranslations("audit.subjects");
  if (kind === "transaction")
    return (
      <Unbroken>
        {name === undefined ? t("transaction", { id: shortDigest(id) }) : t("job", { job: name })}
      </Unbroken>
    );
  return <Unbroken>{name ?? shortDigest(id)}</Unbroken>;
}

/** What an entry is about, with the way there. `isLabelled`: a label beside it says what kind of thing it is. */
export function SubjectName({ subject, isLabelled = false }: { subject: Subject; isLabelled?: boolean }) {
  const { kind, id, name } = subject;
  if (kind === "participant") return <span>{id}</span>;
  const look = name === undefined ? "whitespace-nowrap font-mono" : "break-words";
  return (
    <Link
      href={`${PLACES[kind]}${id}`}
      prefetch={false}
      title={id}
      className={`${look} underline decoration-line-2 underline-offset-4 hover:decoration-current`}
    >
      {isLabelled ? <Unbroken>{name ?? shortDigest(id)}</Unbroken> : <RecordName {...subject} />}
    </Link>
  );
}

/** An action's own name, which may break behind its dots. */
export function ActionName({ action }: { action: string }) {
  const [first = "", ...rest] = action.split(".");
  return (
    <>
      {first}
      {rest.map((word) => (
        <Fragment key={word}>
          .<wbr />
          {word}
        </Fragment>
      ))}
    </>
  );
}
