"use client";

import { toNestErrors } from "@hookform/resolvers";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import {
  type DefaultValues,
  type FieldError,
  type FieldErrors,
  type FieldValues,
  type Path,
  type Resolver,
  type UseFormReturn,
  useForm,
} from "react-hook-form";
import type { z } from "zod";
import { CallRefused } from "@/components/client/api";
import type { FormError } from "@/components/form/error-summary";
import { type Fault, type FaultWords, ownWords, remoteFaults } from "@/components/form/faults";

/** A control's label, and words for its faults. */
export interface ControlWords extends FaultWords {
  readonly label: string;
}

export interface AnswersSpec<A extends FieldValues, T> {
  /** Begins the ids of the controls: `hold` makes `hold-reason`. */
  readonly id: string;
  readonly initial: A;
  /** Controls in the order of the page, which is the order of the error summary. */
  readonly words: Readonly<Partial<Record<Path<A>, ControlWords>>>;
  /**
   * What is wrong before anything is sent. The schema that says so is loaded here, not with the page: a schema and its
   * library are a sixth of a page's script.
   */
  readonly check: (answers: A) => readonly Fault[] | Promise<readonly Fault[]>;
  readonly controlOf: (fault: Fault, answers: A) => Path<A> | undefined;
  /** Sends the answers. Throws what the call throws. */
  readonly send: (answers: A) => Promise<T>;
  readonly onDone: (sent: T, answers: A) => void;
  /** A dialog focuses the first wrong control; a page focuses its error summary. */
  readonly focus: "control" | "summary";
  /** Values that stay in the form after it was accepted. Without it the form is empty again. */
  readonly keeps?: ((sent: T, answers: A) => A) | undefined;
  /** Ask before the page is left with something typed. */
  readonly warns?: boolean | undefined;
}

/** A form as its fields and its frame use it. */
export interface Answers<A extends FieldValues> {
  readonly hook: UseFormReturn<A>;
  readonly words: Readonly<Partial<Record<Path<A>, ControlWords>>>;
  readonly focus: "control" | "summary";
  readonly isBusy: boolean;
  /** Failure of the last attempt that belongs to no control. */
  readonly failure: unknown;
  /** All faults, for the summary. */
  readonly errors: readonly FormError[];
  /** Counts the attempts: each takes the focus to its faults. */
  readonly attempt: number;
  idOf(name: string): string;
  errorOf(name: string): string | undefined;
  /** Loads what the check needs, while the person fills the form in. */
  prepare(): void;
  submit(event?: SubmitEvent<HTMLFormElement>): Promise<void>;
}

function isLeaf(node: object): node is FieldError {
  return "message" in node && typeof node.message === "string" && "type" in node;
}

/** What a schema finds wrong with a body, before it is sent. The schema and what reads its findings are loaded with the first check. */
export async function faultsBy(load: () => Promise<z.ZodType>, body: unknown): Promise<Fault[]> {
  const [{ localFaults }, schema] = await Promise.all([import("@/components/form/local-faults"), load()]);
  return localFaults(schema, body);
}

/** Nested errors as name and text. */
function flat(node: unknown, name = ""): [string, string][] {
  if (typeof node !== "object" || node === null) return [];
  if (isLeaf(node)) return [[name, node.message ?? ""]];
  return Object.entries(node).flatMap(([part, inner]) => flat(inner, name === "" ? part : `${name}.${part}`));
}

/** Asks before the page is left, because the typed text is kept nowhere else. */
export function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isOn]);
}

/** The sentence for each fault, by its control. A fault without a control has the name `root`. */
function useFaultTexts<A extends FieldValues, T>(spec: AnswersSpec<A, T>) {
  const t = useTranslations("problem");
  return (faults: readonly Fault[], answers: A): [Path<A> | "root", string][] =>
    faults.map((fault) => {
      const name = spec.controlOf(fault, answers);
      const words = name === undefined ? undefined : spec.words[name];
      const general = t(`reasons.${fault.reason.key}`, { count: fault.reason.count });
      const place = words?.label ?? fault.pointer.slice(1);
      return [name ?? "root", ownWords(words, fault.reason) ?? t("field", { place, reason: general })];
    });
}

function inOrder(found: readonly [string, string][], names: readonly string[]): [string, string][] {
  const placeOf = ([name]: [string, string]): number => {
    const at = names.findIndex((one) => name === one || name.startsWith(`${one}.`));
    return at < 0 ? names.length : at;
  };
  return [...found].sort((one, other) => placeOf(one) - placeOf(other));
}

/**
 * One form: its answers, their faults, and the state of the attempt to send it. Local checks and the server's 422 give
 * the same faults. Only one attempt runs at a time.
 */
export function useAnswers<A extends FieldValues, T>(spec: AnswersSpec<A, T>): Answers<A> {
  const texts = useFaultTexts(spec);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const isRunning = useRef(false);
  const isPrepared = useRef(false);
  const resolver: Resolver<A> = async (answers, _context, options) => {
    const errors: FieldErrors<FieldValues> = {};
    for (const [name, message] of texts(await spec.check(answers), answers))
      errors[name] ??= { type: "local", message };
    if (Object.keys(errors).length === 0) return { values: answers, errors: {} };
    return { values: {}, errors: toNestErrors<A>(errors, options) };
  };
  const focusesControl = spec.focus === "control";
  const hook = useForm<A>({
    // The library's own type leaves no way to prove this for a type parameter.
    defaultValues: spec.initial as DefaultValues<A>,
    resolver,
    shouldFocusError: focusesControl,
  });
  const { errors, isDirty, submitCount } = hook.formState;
  useLeaveWarning(spec.warns === true && isDirty);

  /** Puts a refusal at its controls; false when none of it belongs to one. */
  const place = (refusal: unknown, answers: A): boolean => {
    if (!(refusal instanceof CallRefused)) return false;
    const found = texts(remoteFaults(refusal.problem.errors), answers);
    if (found.every(([name]) => name === "root")) return false;
    let isFirst = focusesControl;
    for (const [name, message] of found) {
      hook.setError(
        name === "root" ? "root.server" : name,
        { type: "server", message },
        { shouldFocus: isFirst },
      );
      isFirst = false;
    }
    return true;
  };
  /** Loads the check by one look at the answers. What could not be loaded is asked for again. */
  const load = async (): Promise<unknown> => spec.check(hook.getValues());
  const prepare = (): void => {
    if (isPrepared.current) return;
    isPrepared.current = true;
    void load().catch(() => undefined);
  };
  const submit = async (event?: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event?.preventDefault();
    if (isRunning.current) return;
    let sent: { readonly answer: T; readonly answers: A } | undefined;
    isRunning.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      // Before the answers are read: what is typed while it loads is checked and sent.
      await load();
      await hook.handleSubmit(async (answers) => {
        try {
          sent = { answer: await spec.send(answers), answers };
        } catch (refusal) {
          if (!place(refusal, answers)) setFailure(refusal);
        }
      })();
    } catch (failed) {
      // The check could not be loaded, so nothing was sent.
      setFailure(failed);
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
    if (sent === undefined) return;
    hook.reset(spec.keeps?.(sent.answer, sent.answers) ?? spec.initial);
    spec.onDone(sent.answer, sent.answers);
  };
  const idOf = (name: string): string => `${spec.id}-${name.replaceAll(".", "-")}`;
  const listed = inOrder(flat(errors), Object.keys(spec.words));
  return {
    hook,
    words: spec.words,
    focus: spec.focus,
    isBusy,
    failure,
    errors: listed.map(([name, text]) => (name.startsWith("root") ? { text } : { id: idOf(name), text })),
    attempt: submitCount,
    idOf,
    errorOf: (name) => listed.find(([one]) => one === name)?.[1],
    prepare,
    submit,
  };
}
