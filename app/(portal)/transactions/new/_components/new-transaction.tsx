"use client";

import dynamic from "next/dynamic";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import {
  bodyOf,
  controlOf,
  type Draft,
  draftErrors,
  EMPTY,
} from "@/app/(portal)/transactions/new/_components/draft";
import { DraftForm } from "@/app/(portal)/transactions/new/_components/draft-form";
import type { SentTransaction } from "@/app/(portal)/transactions/new/_components/sent";
import { CallRefused, target } from "@/components/client/api";
import { useCallOnce } from "@/components/client/use-call-once";
import { useReady } from "@/components/client/use-ready";
import { ErrorSummary, type FormError } from "@/components/form/error-summary";
import { useLeaveWarning } from "@/components/form/use-answers";
import { useFieldWords, useProblemWords } from "@/components/messages/problem-words";
import type { createTransaction } from "@/lib/api-client/operations/transactions";
import type { Recipient } from "@/lib/keys/list-keys";

// The later steps are loaded after the form, before they are needed.
const loadCheck = () => import("@/app/(portal)/transactions/new/_components/check-draft");
const loadSent = () => import("@/app/(portal)/transactions/new/_components/sent");
const CheckDraft = dynamic(() => loadCheck().then((module) => module.CheckDraft));
const Sent = dynamic(() => loadSent().then((module) => module.Sent));

const create = target<typeof createTransaction>("POST", "/confidential/transactions");

type Step = "form" | "check" | "sent";

/**
 * The form, the check of its entries and the confirmation, on one page. The entries are in memory only, and are
 * forgotten once sent.
 */
export function NewTransactionForm({ own, recipients }: { own: string; recipients: readonly Recipient[] }) {
  const isReady = useReady();
  const t = useTranslations("transactions.create");
  const locale = useLocale();
  const ui = useTranslations("ui");
  const words = useProblemWords();
  const fields = useFieldWords();
  const call = useCallOnce(create);
  const others = recipients.filter(({ participantId }) => participantId !== own);
  // The only possible recipient is chosen.
  const start = {
    ...EMPTY,
    recipients: others.length === 1 ? others.map(({ participantId }) => participantId) : [],
  };
  const form = useForm<Draft>({ defaultValues: start });
  const [found, setFound] = useState<readonly Recipient[]>([]);
  const [step, setStep] = useState<Step>("form");
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [failure, setFailure] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [sent, setSent] = useState<SentTransaction | undefined>();
  useEffect(() => {
    void Promise.allSettled([loadCheck(), loadSent()]);
  }, []);
  useLeaveWarning(form.formState.isDirty && step !== "sent");
  const known = [...recipients, ...found];

  const check = (draft: Draft) => {
    const problems = draftErrors(draft, locale).map(({ id, problem }) => ({
      id,
      text: t(`problems.${problem}`),
    }));
    setErrors(problems);
    setFailure(undefined);
    if (problems.length === 0) setStep("check");
  };
  const refuse = (error: unknown, draft: Draft) => {
    if (!(error instanceof CallRefused) || error.problem.status !== 422) {
      setFailure(error);
      return;
    }
    const { problem } = error;
    const listed = problem.errors.map((one): FormError => {
      const id = controlOf(one, draft);
      const text = fields.line(one);
      return id === undefined ? { text } : { id, text };
    });
    setErrors(listed.length > 0 ? listed : [{ text: words(problem) }]);
    setStep("form");
  };
  const send = async () => {
    const draft = form.getValues();
    setBusy(true);
    setFailure(undefined);
    try {
      setSent(await call({ body: bodyOf(draft, own, locale) }));
      setStep("sent");
      form.reset(start);
    } catch (error) {
      refuse(error, draft);
    } finally {
      setBusy(false);
    }
  };
  const find = (recipient: Recipient) => {
    const { participantId } = recipient;
    if (!known.some((one) => one.participantId === participantId)) setFound([...found, recipient]);
    const chosen = form.getValues("recipients");
    if (participantId !== own && !chosen.includes(participantId))
      form.setValue("recipients", [...chosen, participantId], { shouldDirty: true });
  };

  if (step === "sent" && sent !== undefined) return <Sent sent={sent} onAnother={() => setStep("form")} />;
  if (step === "check")
    return (
      <CheckDraft
        draft={form.getValues()}
        own={own}
        known={known}
        isBusy={isBusy}
        error={failure}
        onSend={() => void send()}
        onChange={() => setStep("form")}
      />
    );
  const byControl = new Map(
    errors.flatMap(({ id, text }) => (id === undefined ? [] : [[id, text] as const])),
  );
  return (
    <FormProvider {...form}>
      <form method="post" noValidate autoComplete="off" onSubmit={form.handleSubmit(check)}>
        <ErrorSummary title={ui("oneThing", { count: errors.length })} errors={errors} />
        <fieldset disabled={!isReady} className="min-w-0">
          <DraftForm own={own} known={known} errors={byControl} onFound={find} />
        </fieldset>
      </form>
    </FormProvider>
  );
}
