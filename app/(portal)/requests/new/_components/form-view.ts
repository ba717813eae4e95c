import type { AnswerName, Answers, FormOptions } from "./answers/answers";
import type { ControlName } from "./answers/faults";

/** What each section of the form is given. */
export interface FormView {
  readonly answers: Answers;
  readonly options: FormOptions;
  change(changes: Partial<Answers>): void;
  /** Words of the error at a control, when there is one to show. */
  errorOf(name: ControlName): string | undefined;
}

export type TextName = {
  [N in AnswerName]: Answers[N] extends string ? (string extends Answers[N] ? N : never) : never;
}[AnswerName];
