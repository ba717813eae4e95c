import Link from "next/link";
import { useTranslations } from "next-intl";
import { z } from "zod";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import type { EventDetail } from "@/lib/audit/schema";
import { addressOf } from "../filter/read-filter";
import type { RecordNames } from "./event-sentence";
import { PartFacts, shownMembers } from "./part-facts";
import type { PartKnowledge } from "./part-value";

const Sealed = z.looseObject({ sealed: z.array(z.looseObject({ c: z.string() })) });
const KINDS = ["org", "case", "subject", "suspicion"] as const;
const ORDER: readonly string[] = KINDS;

function isKind(kind: string): kind is (typeof KINDS)[number] {
  return ORDER.includes(kind);
}

/** A part by its kind. The facts of one that is open have the whole width. */
function Row(props: { name: React.ReactNode; children: React.ReactNode; isWide?: boolean }) {
  const isWide = props.isWide === true;
  return (
    <div
      className={
        isWide
          ? "border-line border-b py-2 last:border-b-0 last:pb-0"
          : "flex flex-wrap items-baseline gap-x-4 py-[5px]"
      }
    >
      <dt className={isWide ? "font-medium" : "w-32 shrink-0 text-ink-2"}>{props.name}</dt>
      <dd className="min-w-0 grow basis-40">{props.children}</dd>
    </div>
  );
}

type OpenPart = EventDetail["parts"][number];

/** A part that the reader may read: its members as named facts, and folded away what is stored of it. */
function Readable({ part, known }: { part: OpenPart; known: PartKnowledge }) {
  const t = useTranslations("audit.parts");
  return (
    <>
      <PartFacts members={shownMembers(part.kind, part.plaintext)} known={known} />
      <details className="mt-1">
        <summary className="cursor-pointer text-ink-2 text-note print:hidden">{t("stored")}</summary>
        <pre className="mt-1 max-h-64 overflow-auto wrap-anywhere whitespace-pre-wrap border border-line-2 bg-paper p-2 font-mono text-note">
          {JSON.stringify(part.plaintext, undefined, 2)}
        </pre>
      </details>
      <p className="mt-1 flex flex-wrap items-center gap-x-4 text-ink-2 text-note">
        <span className="w-32 shrink-0">{t("key")}</span>
        <Digest value={part.part_key} label={t("key")} encoding="base64url" />
      </p>
    </>
  );
}

type ErasedPart = NonNullable<EventDetail["erased"]>[number];

/** The content of an erased part cannot be recovered. The time of the erasure and its entry are shown. */
function Erased({ part, log }: { part: ErasedPart; log: string }) {
  const t = useTranslations("audit.parts");
  if (!part.is_recorded) return <span className="text-oxblood">{t("keyless")}</span>;
  const at = part.erased_at;
  return (
    <>
      {at === null
        ? t("erasedOnce")
        : t.rich("erased", { date: () => <LocalTime instant={at} form="day" /> })}
      {part.by_seq === null ? null : (
        <>
          {" "}
          <Link
            className="text-accent underline underline-offset-4"
            href={addressOf("/audit", { log }, { entry: part.by_seq })}
            prefetch={false}
          >
            {t("erasedBy", { seq: part.by_seq })}
          </Link>
        </>
      )}
    </>
  );
}

/**
 * The sealed parts of an entry: those open to the reader with what they say, the others as sealed. `log` is the origin
 * of a closed log, empty for the present one.
 */
export function PartsList(props: { detail: EventDetail; log: string; records: RecordNames }) {
  const { detail, log, records } = props;
  const t = useTranslations("audit.parts");
  const { sealed } = Sealed.parse(detail.public);
  const readable = [...detail.parts].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const erased = detail.erased ?? [];
  const shown = new Set([...readable, ...erased].map((part) => part.c));
  const known = { people: detail.people ?? {}, records };
  const others = sealed.filter(({ c }) => !shown.has(c));
  return (
    <FactsSection title={t("title")} note={t("count", { open: readable.length, all: sealed.length })}>
      <dl className="text-control">
        {readable.map((part) => (
          <Row
            key={part.c}
            name={
              <span className="inline-flex items-center gap-2">
                <SealGlyph state="opened" />
                {isKind(part.kind) ? t(`kinds.${part.kind}`) : part.kind}
              </span>
            }
            isWide
          >
            <Readable part={part} known={known} />
          </Row>
        ))}
        {erased.map((part) => (
          <Row key={part.c} name={isKind(part.kind) ? t(`kinds.${part.kind}`) : part.kind}>
            <Erased part={part} log={log} />
          </Row>
        ))}
        {others.map(({ c }) => (
          <Row key={c} name={t("other")}>
            <span className="inline-flex items-start gap-2">
              <span className="mt-[2px]">
                <SealGlyph state="sealed" />
              </span>
              {t("sealed")}
            </span>
          </Row>
        ))}
      </dl>
    </FactsSection>
  );
}
