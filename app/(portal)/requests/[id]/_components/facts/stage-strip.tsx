import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { EndTime } from "@/components/ui/begin-and-end";
import { Icon, type IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { bindingDue } from "@/lib/access/deadlines/shown-due";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { movesWithApproval } from "../decision/narrowing/narrowed";

type Mark = "done" | "noted" | "waiting" | "open" | "stopped";

const MARKS: Readonly<Record<Mark, { readonly icon: IconName; readonly tone: string }>> = {
  done: { icon: "check", tone: "text-accent" },
  noted: { icon: "request", tone: "text-ink-2" },
  waiting: { icon: "clock", tone: "text-amber" },
  open: { icon: "open", tone: "text-ink-3" },
  stopped: { icon: "stop", tone: "text-oxblood" },
};

interface Step {
  readonly key: "document" | "legal" | "coordinator" | "access";
  /** Replaces the stage's name and state. */
  readonly label?: "noDocument" | "unscanned" | "access";
  readonly mark: Mark;
  readonly note: ReactNode;
}

/** Where in the order of stages it ended, for those that ended before access. */
function stoppedAt(request: RequestView): Step["key"] | undefined {
  if (!["denied", "withdrawn", "expired_unreviewed"].includes(request.state)) return undefined;
  const last = request.timeline.findLast((event) => event.to_state === request.state)?.from_state;
  if (last === "stage_2" || last === "approved") return "coordinator";
  return last === "draft" || last === "document_check" ? "document" : "legal";
}

type Stage = "legal" | "coordinator";

function approvalsOf(request: RequestView, stage: Stage) {
  return request.decisions.filter((one) => one.stage === stage && one.decision === "approve");
}

/** How many people must approve in this stage and how many have. A draft has no number of its own yet. */
function countOf(request: RequestView, stage: Stage): { readonly given: number; readonly needed: number } {
  return request.approvals.find((one) => one.stage === stage) ?? { given: 0, needed: 1 };
}

function isPassed(request: RequestView, stage: Stage): boolean {
  const { given, needed } = countOf(request, stage);
  return given >= needed;
}

/** Who approved, and when the last of them did. */
function Approvers({ of }: { of: ReturnType<typeof approvalsOf> }) {
  const format = useFormatter();
  const last = of.at(-1);
  return last === undefined ? null : (
    <>
      {format.list(of.map(({ approver }) => approver.name))}, <LocalTime instant={last.at} form="day" />
    </>
  );
}

/** When reviewers should have decided, which is internal; the requester sees when the answer is due. */
function Due({ request, isOwn }: { request: RequestView; isOwn: boolean }) {
  const t = useTranslations("review.side");
  const due = bindingDue(request, !isOwn);
  return due === undefined ? null : (
    <>
      {t(isOwn ? "due" : "reviewDue")} <EndTime instant={due} form="day" look="bare" />
    </>
  );
}

/** The four stages of every request: what is passed and by whom, what waits and until when. */
export function StageStrip(props: { request: RequestView; until: string | undefined; isOwn: boolean }) {
  const { request, until, isOwn } = props;
  const t = useTranslations("review");
  const stopped = stoppedAt(request);
  const decisionStep = (stage: Stage): Step => {
    if (isPassed(request, stage))
      return { key: stage, mark: "done", note: <Approvers of={approvalsOf(request, stage)} /> };
    if (stopped === stage)
      return { key: stage, mark: "stopped", note: t(`strip.${stopWord(request.state)}`) };
    const { given, needed } = countOf(request, stage);
    const counted =
      needed === 1 ? null : <span className="block">{t("strip.counted", { given, needed })}</span>;
    const isPaused = request.state === "needs_information" && waitedFor(request) === stage;
    if (isPaused)
      return {
        key: stage,
        mark: "waiting",
        note: (
          <>
            {counted}
            {t("strip.paused")}
          </>
        ),
      };
    if (request.waiting_for === stage)
      return {
        key: stage,
        mark: "waiting",
        note: (
          <>
            {counted}
            <Due request={request} isOwn={isOwn} />
          </>
        ),
      };
    return { key: stage, mark: "open", note: counted };
  };
  const steps: readonly Step[] = [
    documentStep(request, stopped),
    decisionStep("legal"),
    decisionStep("coordinator"),
    accessStep(request, until, t),
  ];
  return (
    <ol className="mb-8 grid grid-cols-2 gap-x-6 gap-y-3 border-line border-y py-3 tablet:grid-cols-4">
      {steps.map((step) => (
        <li
          key={step.key}
          aria-current={step.mark === "waiting" ? "step" : undefined}
          className="flex min-w-0 gap-3 text-control"
        >
          <Icon name={MARKS[step.mark].icon} className={`mt-[2px] ${MARKS[step.mark].tone}`} />
          <span className="min-w-0">
            <span className={`block ${step.mark === "waiting" ? "font-semibold" : ""}`}>
              {t(`strip.${step.label ?? step.key}`)}
              {step.label === undefined ? <span className="sr-only">: {t(`strip.${step.mark}`)}</span> : null}
            </span>
            <span className="block text-ink-2">{step.note}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

function stopWord(state: string): "denied" | "withdrawn" | "stopped" {
  return state === "denied" || state === "withdrawn" ? state : "stopped";
}

/** The stage that asked a question. */
function waitedFor(request: RequestView): "legal" | "coordinator" {
  return isPassed(request, "legal") ? "coordinator" : "legal";
}

/** Without a scanner a document is only compared with what was sent, so it does not count as checked. */
function documentStep({ timeline, authorization }: RequestView, stopped: Step["key"] | undefined): Step {
  const checked = timeline.find((event) => event.kind === "checked")?.at;
  if (checked === undefined)
    return { key: "document", mark: stopped === "document" ? "stopped" : "open", note: null };
  const note = <LocalTime instant={checked} form="day" />;
  // Submitted without an order: staff ask for their own duty, and there is nothing to check.
  if (authorization === undefined) return { key: "document", label: "noDocument", mark: "done", note };
  return authorization.document?.scan === "not scanned"
    ? { key: "document", label: "unscanned", mark: "noted", note }
    : { key: "document", mark: "done", note };
}

const IN_FORCE = ["active", "partial"];
const OVER = ["expired", "revoked", "exhausted", "closed"];

function accessStep(
  request: RequestView,
  until: string | undefined,
  t: ReturnType<typeof useTranslations<"review">>,
): Step {
  if (IN_FORCE.includes(request.state))
    return {
      key: "access",
      // Access is in force, not passed.
      label: "access",
      mark: "done",
      note: until === undefined ? null : <EndTime instant={until} form="day" before={t("strip.until")} />,
    };
  if (OVER.includes(request.state) && request.grant_id !== undefined)
    return { key: "access", mark: "stopped", note: t("strip.ended") };
  const isPossible = request.waiting_for !== undefined || request.state === "approved";
  return {
    key: "access",
    mark: request.state === "approved" ? "waiting" : "open",
    note:
      until === undefined || !isPossible ? null : movesWithApproval(request, until) ? (
        t("scope.afterApproval")
      ) : (
        <>
          {t("strip.atMost")} <EndTime instant={until} form="day" before={t("strip.until")} />
        </>
      ),
  };
}
