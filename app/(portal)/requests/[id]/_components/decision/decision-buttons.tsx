"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { narrowersOf } from "./narrowing/narrowed";
import type { ReviewState } from "./review-state";
import type { Act, Obstacle } from "./verdict";

const KEYS: Readonly<Record<Act, string>> = { approve: "a", narrow: "n", ask: "?", deny: "d" };

/** The reasons against approving and narrowing, once each. */
function linesOf(state: ReviewState): { readonly key: string; readonly obstacle: Obstacle }[] {
  const { approve, narrow } = state.judged.obstacles;
  return [...new Set([...approve, ...narrow])].map((obstacle) => ({ key: obstacle, obstacle }));
}

/** Whether this page can sign: with a passkey, or as the portal does in an evaluation. A program keeps its key. */
export function canSign({ review }: ReviewState): boolean {
  return review.signing.by !== "none" && review.signing.by !== "key";
}

/** Approve, narrow, ask, deny, and why some of them are off. */
export function DecisionButtons({ state, onAct }: { state: ReviewState; onAct: (act: Act) => void }) {
  const t = useTranslations("review");
  const { supported, obstacles } = state.judged;
  const isUnsigned = !canSign(state);
  const isOff = (act: Act): boolean =>
    act === "ask" ? false : isUnsigned || (act !== "deny" && obstacles[act].length > 0);
  const lines = linesOf(state);
  const format = useFormatter();
  const narrowers = narrowersOf(state.request);
  // What an earlier decider has narrowed is not approved as it was asked.
  const isNarrowed = (act: Act): boolean => act === "approve" && narrowers.length > 0;
  const look = (act: Act) => (act === supported ? "primary" : act === "deny" ? "danger" : "secondary");
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        {(["approve", "narrow", "ask", "deny"] as const).map((act) => (
          <Button
            key={act}
            id={`act-${act}`}
            look={look(act)}
            shortcut={KEYS[act]}
            aria-keyshortcuts={KEYS[act]}
            aria-describedby="panel-why"
            disabled={isOff(act)}
            className={`justify-start gap-1 px-3 text-left ${act === "approve" || act === "deny" ? "col-span-2" : ""}`}
            onClick={() => onAct(act)}
          >
            {isNarrowed(act)
              ? t("acts.approveNarrowed", { names: format.list(narrowers) })
              : t(`acts.${act}`)}
          </Button>
        ))}
      </div>
      <ul id="panel-why" className="mt-2 grid gap-1 text-control text-ink-2 empty:hidden">
        {lines.map(({ key, obstacle }) => (
          <li key={key} className="flex gap-2">
            <Icon name={obstacle === "differs" ? "warning" : "nothing"} className="mt-[2px] text-ink-3" />
            {t(`obstacles.${obstacle}`)}
          </li>
        ))}
        {isUnsigned ? (
          <li className="text-oxblood">
            {t(state.review.signing.by === "key" ? "obstacles.program" : "obstacles.unsigned")}
          </li>
        ) : null}
      </ul>
    </>
  );
}
