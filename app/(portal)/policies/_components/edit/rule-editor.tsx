"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallRefused, target } from "@/components/client/api";
import { useCallOnce } from "@/components/client/use-call-once";
import type { Fault } from "@/components/form/faults";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { type Answers, useAnswers, useLeaveWarning } from "@/components/form/use-answers";
import { Notice } from "@/components/ui/states";
import type { Example, Policy, PolicyDocument } from "@/lib/access/policy/policy-document";
import type { savePolicySet } from "@/lib/api-client/operations/policies";
import { cedarOf } from "@/lib/policies/authoring/cedar-text";
import { EMPTY_FORM, type PolicyForm } from "@/lib/policies/authoring/form";
import type { FormReading } from "@/lib/policies/authoring/read-form";
import type { PolicyFault } from "@/lib/policies/schema";
import { Examples } from "./examples";
import { ModeSwitch } from "./mode-switch";
import { answerFaults, answersOf, formOf, type RuleAnswers } from "./rule-answers";
import { RuleFields } from "./rule-fields";
import { RulePreview } from "./rule-preview";
import { useRuleWords } from "./rule-words";

function FaultsComing() {
  return <Notice tone="oxblood" icon="stop" title={useTranslations("policies.edit")("failed")} />;
}

// Loaded with the first fault, text and example.
const FaultList = dynamic(async () => (await import("./fault-list")).FaultList, { loading: FaultsComing });
const RuleText = dynamic(async () => (await import("./rule-text")).RuleText);
const ExampleDialog = dynamic(async () => (await import("./example-dialog")).ExampleDialog);
const SAVE = target<typeof savePolicySet>("PUT", "/confidential/policies/{number}");

export interface EditedRule {
  readonly number: number;
  readonly revision: number;
  readonly document: PolicyDocument;
  /** Absent for a new rule. */
  readonly policy?: Policy;
  readonly reading: FormReading;
}

/** Returns the document with this rule in its place, or at the end. */
export function withRule(document: PolicyDocument, before: string | undefined, rule: Policy): PolicyDocument {
  const isNew = !document.policies.some(({ id }) => id === before);
  const policies = document.policies.map((policy) => (policy.id === before ? rule : policy));
  return { ...document, policies: isNew ? [...policies, rule] : policies };
}

interface Draft {
  readonly isText: boolean;
  readonly text: string;
  readonly examples: readonly Example[];
}

function checker({ document, policy }: EditedRule, annotations: PolicyForm["annotations"], isText: boolean) {
  const taken = document.policies.map(({ id }) => id).filter((id) => id !== policy?.id);
  return (answers: RuleAnswers): Fault[] =>
    answerFaults(answers, formOf(answers, annotations), taken)
      .filter(([name]) => !isText || name === "id")
      .map(([name, fault]) => {
        const key = fault !== "id" ? "wrong" : answers.id.trim() === "" ? "missing" : "form";
        return { pointer: `/${name}`, reason: { key, count: 0 } };
      });
}

function useRule(edited: EditedRule, draft: Draft) {
  const router = useRouter();
  const save = useCallOnce(SAVE);
  const words = useRuleWords();
  const { number, revision, document, policy, reading } = edited;
  const start = reading.kind === "form" ? reading.form : EMPTY_FORM;
  const ruleOf = (answers: RuleAnswers): Policy => ({
    id: answers.id,
    text: draft.isText ? draft.text : cedarOf(formOf(answers, start.annotations)),
    examples: [...draft.examples],
  });
  const form = useAnswers<RuleAnswers, unknown>({
    id: "rule",
    initial: answersOf(policy?.id ?? "", start),
    words,
    focus: "summary",
    warns: true,
    keeps: (_sent, answers) => answers,
    check: checker(edited, start.annotations, draft.isText),
    controlOf: ({ pointer }) => {
      const name = pointer.slice(1);
      return name in words ? (name as keyof RuleAnswers) : undefined;
    },
    send: (answers) =>
      save({
        params: { number: String(number) },
        body: { document: withRule(document, policy?.id, ruleOf(answers)) },
        ifMatch: `"${revision}"`,
      }),
    onDone: () => {
      router.push(`/policies/${number}`);
      router.refresh();
    },
  });
  return { form, ruleOf, annotations: start.annotations };
}

/** Returns the faults that a refused save names. */
function faultsIn(members: Readonly<Record<string, unknown>>): PolicyFault[] {
  const { faults } = members;
  if (!Array.isArray(faults)) return [];
  return faults.filter(
    (one): one is PolicyFault => typeof one === "object" && one !== null && "message" in one,
  );
}

function useExplain(id: string) {
  return (failure: unknown) => {
    const faults = failure instanceof CallRefused ? faultsIn(failure.problem.members) : [];
    return faults.length === 0 ? undefined : <FaultList faults={faults} id={id} />;
  };
}

/** Words of the form, where the rule is said by it. */
function FormBody({
  form,
  annotations,
}: {
  form: Answers<RuleAnswers>;
  annotations: PolicyForm["annotations"];
}) {
  return (
    <>
      <RulePreview form={formOf(form.hook.watch(), annotations)} />
      <RuleFields form={form} />
    </>
  );
}

/** The rule as a form or as text, and its examples. */
function Body(props: {
  edited: EditedRule;
  rule: ReturnType<typeof useRule>;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  onEdit: (index: number) => void;
}) {
  const { edited, rule, draft, onDraft, onEdit } = props;
  const { form, ruleOf, annotations } = rule;
  const { policy, reading, document, number } = edited;
  const answers = form.hook.watch();
  const written = cedarOf(formOf(answers, annotations));
  const isOwnText = draft.isText && draft.text !== written;
  return (
    <>
      <ModeSwitch
        isText={draft.isText}
        locked={isOwnText ? (reading.kind === "locked" ? reading.construct : "") : undefined}
        onMode={(isText) => onDraft({ ...draft, isText, ...(isText ? { text: written } : {}) })}
      />
      {draft.isText ? (
        <RuleText
          number={number}
          document={withRule(document, policy?.id, ruleOf(answers))}
          id={answers.id}
          text={draft.text}
          onText={(text) => onDraft({ ...draft, text })}
        />
      ) : (
        <FormBody form={form} annotations={annotations} />
      )}
      <Examples
        examples={draft.examples}
        onExamples={(examples) => onDraft({ ...draft, examples })}
        onEdit={onEdit}
      />
    </>
  );
}

/** Writes one rule of a draft: as a form that writes Cedar, or as Cedar text, with its examples. */
export function RuleEditor(edited: EditedRule) {
  const t = useTranslations("policies.edit");
  const { policy, reading } = edited;
  const start: Draft = {
    isText: reading.kind === "locked",
    text: policy?.text ?? "",
    examples: policy?.examples ?? [],
  };
  const [draft, setDraft] = useState(start);
  const [example, setExample] = useState<number>();
  const rule = useRule(edited, draft);
  const { form } = rule;
  const explain = useExplain(form.hook.watch("id"));
  useLeaveWarning(draft.examples !== policy?.examples && draft.examples.length > 0);
  const put = (made: Example) => {
    const at = example ?? draft.examples.length;
    setDraft({ ...draft, examples: [...draft.examples.slice(0, at), made, ...draft.examples.slice(at + 1)] });
    setExample(undefined);
  };
  return (
    <>
      <FormFrame
        form={form}
        submit={t("save")}
        failed={t("failed")}
        explain={explain}
        className="max-w-[760px]"
      >
        <TextField
          form={form}
          name="id"
          help={t("idHelp")}
          maxLength={60}
          spellCheck={false}
          autoComplete="off"
          className="max-w-[360px] font-mono"
        />
        <Body edited={edited} rule={rule} draft={draft} onDraft={setDraft} onEdit={setExample} />
      </FormFrame>
      {/* A form of its own, which no other form may contain. */}
      {example === undefined ? null : (
        <ExampleDialog
          example={draft.examples[example]}
          rule={formOf(form.hook.getValues(), rule.annotations)}
          onPut={put}
          onClose={() => setExample(undefined)}
        />
      )}
    </>
  );
}
