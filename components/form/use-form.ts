"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { FieldValues, Path } from "react-hook-form";
import type { z } from "zod";
import type { BrowserInput, Target } from "@/components/client/api";
import { type BodyOf, type Signing, useCallOnce } from "@/components/client/use-call-once";
import { type Controls, controlAt, type Fault } from "@/components/form/faults";
import { type Answers, type ControlWords, faultsBy, useAnswers } from "@/components/form/use-answers";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

type WithBody = OperationSpec & { readonly body: z.ZodType };
/** A body that may be incomplete; the schema checks it. */
type Unchecked<B> = B extends unknown ? { readonly [K in keyof B]?: B[K] | undefined } : never;

export interface FormSpec<O extends WithBody, A extends FieldValues> {
  readonly call: Target<O>;
  readonly params?: BrowserInput<O>["params"];
  /** The revision that was read, where two people or pages can change one thing. */
  readonly ifMatch?: string;
  /** Loads the operation's own schema of its body. */
  readonly schema: () => Promise<O["body"]>;
  /** Prefix of the ids of the controls. */
  readonly id: string;
  readonly initial: A;
  readonly toBody: (answers: A) => Unchecked<BodyOf<O>>;
  /** The control of each place in the body; a function where the place depends on the answers. */
  readonly controls: Controls<Path<A>> | ((fault: Fault, answers: A) => Path<A> | undefined);
  readonly words: Readonly<Partial<Record<Path<A>, ControlWords>>>;
  readonly signed?: Signing<BodyOf<O>>;
  readonly onDone?: (answer: Answer<O>, sent: A) => void;
  /** What stays in the form after the call was accepted. Without it the form is empty again. */
  readonly keeps?: (answer: Answer<O>, answers: A) => A;
  /** In a dialog the first wrong control takes the focus; a page has an error summary. */
  readonly isInDialog?: boolean;
  /** False if the page leads to another one and need not be read again. */
  readonly refreshes?: boolean;
}

export interface Form<O extends WithBody, A extends FieldValues> extends Answers<A> {
  /** The answer of the call that was accepted, until something is typed again. */
  readonly answer: Answer<O> | undefined;
  /** What was typed for that call. The answer to a repeated call lacks most members. */
  readonly sent: A | undefined;
  /** Forgets the answer, so that the form is shown again. */
  again(): void;
}

/**
 * A form of one operation. The operation's schema checks `toBody(answers)` before it is sent. Its faults and those of a
 * 422 are shown at the same controls, in the same words. A call whose outcome is unknown keeps its idempotency key.
 */
export function useForm<O extends WithBody, A extends FieldValues>(spec: FormSpec<O, A>): Form<O, A> {
  const call = useCallOnce(spec.call);
  const router = useRouter();
  const [taken, setTaken] = useState<{ readonly answer: Answer<O>; readonly sent: A }>();
  const { controls, schema, toBody } = spec;
  const revision = spec.ifMatch === undefined ? {} : { ifMatch: spec.ifMatch };
  const send = (answers: A): Promise<Answer<O>> =>
    // The schema has checked the body in `check`; no type follows from that.
    call({ params: spec.params, body: toBody(answers), ...revision } as BrowserInput<O>, spec.signed);
  const form = useAnswers<A, Answer<O>>({
    id: spec.id,
    initial: spec.initial,
    words: spec.words,
    focus: spec.isInDialog === true ? "control" : "summary",
    warns: true,
    keeps: spec.keeps,
    check: (answers) => faultsBy(schema, toBody(answers)),
    controlOf: (fault, answers) =>
      typeof controls === "function" ? controls(fault, answers) : controlAt(controls, fault.pointer),
    send,
    onDone: (answer, sent) => {
      setTaken({ answer, sent });
      spec.onDone?.(answer, sent);
      if (spec.refreshes !== false) router.refresh();
    },
  });
  const isNew = form.hook.formState.isDirty;
  return {
    ...form,
    answer: isNew ? undefined : taken?.answer,
    sent: isNew ? undefined : taken?.sent,
    again: () => setTaken(undefined),
  };
}
