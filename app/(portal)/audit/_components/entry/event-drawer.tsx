import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { addressOf } from "@/components/client/api";
import { useProblemWords } from "@/components/messages/problem-words";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";

import type { EventDetail } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";
import type { WitnessRule } from "@/lib/http/health/anchors";
import type { PageProblem } from "@/lib/http/pages/page";
import type { ShownEntry } from "../proof/check-in-browser";
import { EntryAnchors } from "../proof/entry-anchors";
import { OthersCheck } from "../proof/others-check";
import { ProofCheck } from "../proof/proof-check";
import { ProofSection } from "../proof/proof-section";
import { DrawerHeading } from "./drawer-heading";
import { countOf, type EventSentence, eventSentenceOf, type RecordNames, textOf } from "./event-sentence";
import { ActionName } from "./names";
import { PartsList } from "./parts-list";
import { PublicFacts } from "./public-facts";
import { RefusalName } from "./refusal-name";
import { Outcome, PurposeName, Sentence } from "./sentence";

/** Where the arrows and the cross of the drawer lead. */
export interface DrawerWays {
  readonly newer: string | undefined;
  readonly older: string | undefined;
  readonly close: string;
}

function Head({ seq, ways }: { seq: number; ways: DrawerWays }) {
  const t = useTranslations("audit.drawer");
  const locale = useLocale();
  const way = (href: string | undefined, icon: "back" | "arrow" | "cross", label: string) =>
    href === undefined ? null : (
      <Link
        href={href}
        prefetch={false}
        scroll={false}
        aria-label={label}
        title={label}
        className="inline-flex size-11 items-center justify-center rounded-control text-ink-2 hover:text-ink tablet:size-8"
      >
        <Icon name={icon} />
      </Link>
    );
  return (
    <div className="mb-3 flex items-center justify-between gap-2">
      <DrawerHeading entry={seq}>{t("title", { seq: formatCount(seq, locale) })}</DrawerHeading>
      <div className="flex print:hidden">
        {way(ways.newer, "back", t("newer"))}
        {way(ways.older, "arrow", t("older"))}
        {way(ways.close, "cross", t("close"))}
      </div>
    </div>
  );
}

/** `log` is the origin of a closed log. */
function useFacts(detail: EventDetail, happening: EventSentence, log: string | undefined): Fact[] {
  const t = useTranslations("audit.drawer");
  const locale = useLocale();
  const { purpose, details, requestId } = happening;
  const policy = textOf(details, "policy");
  const code = textOf(details, "code");
  const count = countOf(happening);
  // A refused opening with its facts, in the present log: the policies can be tried with them.
  const isTried = happening.outcome === "denied" && typeof details.facts === "object" && log === undefined;
  return [
    { name: t("time"), value: <LocalTime instant={happening.at} /> },
    { name: t("outcome"), value: <Outcome outcome={happening.outcome} /> },
    { name: t("action"), value: <ActionName action={happening.action} /> },
    ...(purpose === undefined ? [] : [{ name: t("purpose"), value: <PurposeName purpose={purpose} /> }]),
    ...(code === undefined ? [] : [{ name: t("reason"), value: <RefusalName code={code} /> }]),
    ...(count === undefined
      ? []
      : [
          {
            name: t("count"),
            value: (
              <>
                ×{formatCount(count, locale)}
                <span className="block text-ink-2 text-note">{t("countText")}</span>
              </>
            ),
          },
        ]),
    ...(isTried
      ? [
          {
            name: t("why"),
            value: (
              <Link
                href={`/policies/simulate?entry=${detail.seq}`}
                prefetch={false}
                className="underline underline-offset-4"
              >
                {t("tryIt")}
              </Link>
            ),
          },
        ]
      : []),
    ...(policy === undefined
      ? []
      : [{ name: t("policy"), value: <Digest value={policy} label={t("policy")} encoding="base64url" /> }]),
    ...(requestId === undefined
      ? []
      : [{ name: t("request"), value: <Digest value={requestId} label={t("request")} /> }]),
    ...(log === undefined ? [] : [{ name: t("log"), value: <span className="wrap-anywhere">{log}</span> }]),
    { name: t("id"), value: <Digest value={detail.entry_id} label={t("id")} /> },
    { name: t("leaf"), value: <Digest value={detail.leaf_hash} label={t("leaf")} encoding="base64url" /> },
  ];
}

function shownEntry(
  detail: EventDetail,
  { log, isClosed }: { log: string; isClosed: boolean },
  proof: string,
): ShownEntry {
  const { seq, entry_id, entry, leaf_hash, parts } = detail;
  return {
    seq,
    entryId: entry_id,
    log,
    isClosed,
    entry,
    leaf: leaf_hash,
    proof,
    parts: parts.map(({ c, kind, stored, part_key, plaintext }) => ({
      c,
      kind,
      stored,
      partKey: part_key,
      plaintext,
    })),
  };
}

function callOf(entry: string, { log, isClosed }: { log: string; isClosed: boolean }): string {
  const path = addressOf(`/confidential/audit/events/${entry}`, { query: isClosed ? { log } : {} });
  return `curl -sS -H "Authorization: Bearer $KEY" \\\n  "$BASE${path}"`;
}

/** One entry whole: a sentence, facts, parts, proof, and the call that gives the same. */
export function EventDrawer(props: {
  detail: EventDetail;
  log: string;
  isClosed: boolean;
  /** Names of the records that the entry names, as far as the reader may know them. */
  records: RecordNames;
  /** The tlog-proof; absent until a signed checkpoint covers the entry. */
  proof: string | undefined;
  rule: WitnessRule;
  ways: DrawerWays;
  isWanted: boolean;
}) {
  const happening = eventSentenceOf(props.detail, props.records);
  const facts = useFacts(props.detail, happening ?? NOTHING_READABLE, props.isClosed ? props.log : undefined);
  const calls = {
    entry: callOf(`${props.detail.seq}`, props),
    proof: callOf(`${props.detail.seq}/proof`, props),
  };
  return (
    <div className="facts:sticky facts:top-6">
      <Head seq={props.detail.seq} ways={props.ways} />
      <p className="mb-3 text-lead">
        {happening === undefined ? <PublicFacts detail={props.detail} /> : <Sentence happening={happening} />}
      </p>
      {props.proof === undefined ? null : (
        <ProofCheck
          key={props.detail.entry_id}
          shown={shownEntry(props.detail, props, props.proof)}
          isWanted={props.isWanted}
        />
      )}
      <div className="pb-5">
        <Facts
          look="narrow"
          facts={happening === undefined ? facts.slice(props.isClosed ? -3 : -2) : facts}
        />
      </div>
      <PartsList detail={props.detail} log={props.isClosed ? props.log : ""} records={props.records} />
      <ProofSection {...props} />
      {props.detail.anchors === undefined ? null : (
        <EntryAnchors anchors={props.detail.anchors} rule={props.rule} />
      )}
      <OthersCheck calls={calls} isSigned={props.proof !== undefined} />
    </div>
  );
}

const NOTHING_READABLE: EventSentence = {
  action: "",
  actor: null,
  actorName: undefined,
  outcome: "done",
  at: new Date(0).toISOString(),
  purpose: undefined,
  subject: undefined,
  fields: [],
  masked: [],
  texts: {},
  requestId: undefined,
  details: {},
};

/** The drawer of an entry that is not there, or not for this reader. */
export function MissingDrawer({
  seq,
  problem,
  ways,
}: {
  seq: number;
  problem: PageProblem;
  ways: DrawerWays;
}) {
  const t = useTranslations("audit.drawer");
  const words = useProblemWords();
  const isMissing = problem.status === 404;
  return (
    <div>
      <Head seq={seq} ways={ways} />
      <p className="text-body">{isMissing ? t("missing") : words(problem)}</p>
      <div className="mt-3">
        <Facts
          look="narrow"
          facts={[{ name: t("request"), value: <Digest value={problem.requestId} label={t("request")} /> }]}
        />
      </div>
    </div>
  );
}
