import type { AnswerName, Answers, FormOptions } from "./answers/answers";
import type { ControlName } from "./answers/faults";

/** The form as its sections use it. */
export interface FormView {
  readonly answers: Answers;
  readonly options: FormOptions;
  change(changes: Partial<Answers>): void;
  /** The sentence of a control's fault, if one is shown. */
  errorOf(name: ControlName): string | undefined;
}

export type TextName = {
  [N in AnswerName]: Answers[N] extends string ? (string extends Answers[N] ? N : never) : never;
}[AnswerName];
