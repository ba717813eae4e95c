import type { SubmitEvent } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import type { FormError } from "@/components/form/error-summary";
import type { Fault, FaultWords } from "@/components/form/faults";

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
  /** What is wrong before anything is sent. */
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
  submit(event?: SubmitEvent<HTMLFormElement>): Promise<void>;
}
