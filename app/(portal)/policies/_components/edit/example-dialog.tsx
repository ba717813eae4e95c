"use client";

import { useTranslations } from "next-intl";
import { controlAt } from "@/components/form/faults";
import { RadioField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { localFaults } from "@/components/form/local-faults";
import { useAnswers } from "@/components/form/use-answers";
import { Dialog } from "@/components/ui/dialog";
import { type Example, ExampleFacts } from "@/lib/access/policy/policy-document";
import type { PolicyForm } from "@/lib/policies/authoring/form";
import { ordinaryExample } from "@/lib/policies/authoring/ordinary-example";
import {
  FACT_CONTROLS,
  type FactAnswers,
  FactFields,
  factAnswers,
  factsOf,
  useFactWords,
} from "./fact-fields";

interface ExampleAnswers extends FactAnswers {
  name: string;
  expect: string;
}

/** Asks for one example: what it is called, its facts, and what it expects. */
export function ExampleDialog(props: {
  /** Absent for a new one. */
  example: Example | undefined;
  /** The rule that a new one is about. */
  rule: PolicyForm;
  onPut: (example: Example) => void;
  onClose: () => void;
}) {
  const t = useTranslations("policies.examples");
  const words = useFactWords();
  const { example, rule, onPut, onClose } = props;
  const form = useAnswers<ExampleAnswers, Example>({
    id: "example",
    initial: {
      name: example?.name ?? "",
      expect: example?.expect ?? "allow",
      ...factAnswers(example?.facts ?? ordinaryExample(rule, new Date())),
    },
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      expect: { label: t("expect") },
      ...words,
    },
    focus: "control",
    check: (answers) => [
      ...(answers.name.trim() === ""
        ? [{ pointer: "/name", reason: { key: "missing" as const, count: 0 } }]
        : []),
      ...localFaults(ExampleFacts, factsOf(answers, example?.facts)),
    ],
    controlOf: ({ pointer }) => (pointer === "/name" ? "name" : controlAt(FACT_CONTROLS, pointer)),
    send: async (answers) => ({
      name: answers.name.trim(),
      expect: answers.expect === "refuse" ? "refuse" : "allow",
      facts: ExampleFacts.parse(factsOf(answers, example?.facts)),
    }),
    onDone: (made) => onPut(made),
  });
  return (
    <Dialog isOpen onClose={onClose} title={t(example === undefined ? "add" : "change")} look="side">
      <FormFrame form={form} submit={t("take")} className="">
        <TextField form={form} name="name" help={t("nameHelp")} maxLength={200} />
        <RadioField
          form={form}
          name="expect"
          options={(["allow", "refuse"] as const).map((value) => ({ value, label: t(value) }))}
        />
        <FactFields form={form} />
      </FormFrame>
    </Dialog>
  );
}
