"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { SimulateAnswer } from "@/lib/policies/simulate/schema";
import { ExampleForm, type KnownCases, RealForm } from "./case-forms";
import { type Rule, Verdict } from "./verdict";

/** Asks for a case and shows what the policies decide in it, by which rules, and what would change it. */
export function Simulator({ rules, ...known }: KnownCases & { rules: readonly Rule[] }) {
  const t = useTranslations("policies.simulate");
  const [answer, setAnswer] = useState<SimulateAnswer>();
  const [isExample, setExample] = useState(!known.isReal || known.given.person === "");
  const look = (isChosen: boolean) =>
    isChosen
      ? "border-accent bg-accent-wash font-medium text-accent"
      : "border-edge bg-sheet text-ink-2 hover:text-ink";
  const choose = (value: boolean) => {
    setExample(value);
    setAnswer(undefined);
  };
  return (
    <div className="grid gap-x-10 gap-y-8 drawn:grid-cols-[minmax(0,460px)_minmax(0,1fr)]">
      <div className="min-w-0">
        {known.isReal ? (
          // biome-ignore lint/a11y/useSemanticElements: two buttons of one choice, in the order of the page
          <span role="group" aria-label={t("kind")} className="mb-2 inline-flex">
            {([true, false] as const).map((value, index) => (
              <button
                key={String(value)}
                type="button"
                aria-pressed={isExample === value}
                onClick={() => choose(value)}
                className={`min-h-touch cursor-pointer border px-4 text-control tablet:min-h-bar ${index === 0 ? "rounded-l-control" : "-ml-px rounded-r-control"} ${look(isExample === value)}`}
              >
                {t(value ? "example" : "real")}
              </button>
            ))}
          </span>
        ) : null}
        {isExample ? (
          <ExampleForm known={known} onAnswer={setAnswer} />
        ) : (
          <RealForm known={known} onAnswer={setAnswer} />
        )}
      </div>
      <div className="min-w-0" aria-live="polite">
        {answer === undefined ? (
          <p className="text-body text-ink-2">{t("nothing")}</p>
        ) : (
          <Verdict answer={answer} rules={answer.number === known.active ? rules : []} />
        )}
      </div>
    </div>
  );
}
