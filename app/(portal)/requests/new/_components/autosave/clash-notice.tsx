"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Button } from "@/components/ui/button";
import { labelOf, useAnswerText } from "../answers/answer-text";
import type { AnswerName, FormOptions } from "../answers/answers";
import type { Clash } from "./merge";

export type Choices = Partial<Record<AnswerName, "mine" | "theirs">>;

/** Two windows gave different answers: both stand side by side, and the person says which one is kept. */
export function ClashNotice(props: {
  clashes: readonly Clash[];
  options: FormOptions;
  onSettle: (choices: Choices) => void;
}) {
  const { clashes } = props;
  const t = useTranslations("requests.new");
  const textOf = useAnswerText(props.options);
  const [choices, setChoices] = useState<Choices>({});
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <section
      ref={box}
      tabIndex={-1}
      role="alert"
      aria-labelledby="request-clash"
      className="mb-6 border-2 border-amber bg-amber-wash px-4 py-3"
    >
      <h2 id="request-clash" className="font-semibold text-lead">
        {t("clash.title")}
      </h2>
      <p className="mt-1 text-body">{t("clash.text", { count: clashes.length })}</p>
      {clashes.map(({ name, mine, theirs }) => (
        <ChoiceGroup
          key={name}
          id={`request-clash-${name}`}
          legend={t(`answer.${labelOf(name)}`)}
          className="mt-3"
        >
          {(["theirs", "mine"] as const).map((whose) => {
            const text = textOf(name, whose === "mine" ? mine : theirs);
            return (
              <Choice
                key={whose}
                kind="radio"
                name={`clash-${name}`}
                checked={(choices[name] ?? "mine") === whose}
                onChange={() => setChoices({ ...choices, [name]: whose })}
                label={
                  <>
                    <span className="font-medium">{t(`clash.${whose}`)}:</span>{" "}
                    <span className="break-words">{text === "" ? t("clash.empty") : text}</span>
                  </>
                }
              />
            );
          })}
        </ChoiceGroup>
      ))}
      <Button className="mt-3" onClick={() => props.onSettle(choices)}>
        {t("clash.save")}
      </Button>
    </section>
  );
}
