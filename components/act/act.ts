import type { ReactNode } from "react";
import type { BrowserInput, Target } from "@/components/client/api";
import type { BodyOf, Signing } from "@/components/client/use-call-once";
import type { FaultWords } from "@/components/form/faults";
import type { ButtonProps } from "@/components/ui/button";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

interface FieldWords extends FaultWords {
  readonly label: string;
  readonly help?: string;
}

interface Asked<K extends string> extends FieldWords {
  readonly kind: K;
  readonly isOptional?: boolean;
  readonly maxLength?: number;
  /** Set for ids and digests, which are typed in the code font. */
  readonly isCode?: boolean;
}

interface OfDay extends Asked<"date"> {
  /** The last day, as YYYY-MM-DD. */
  readonly max?: string;
}

interface OfFile extends FieldWords {
  readonly kind: "file";
  readonly isOptional?: boolean;
  readonly accept: string;
  /** Returns the answer that is made of the file. */
  readonly read: (file: File) => Promise<string>;
}

interface Chosen<K extends string> extends FieldWords {
  readonly kind: K;
  readonly options: readonly { readonly value: string; readonly label: string; readonly help?: string }[];
  /** Without an initial value the person must choose. */
  readonly initial?: string;
}

/**
 * What an act asks for. Its name is the member of the body that it becomes. A reason has several lines, a line has one.
 * A choice shows radio buttons, a menu is a select.
 */
export type ActField = Asked<"reason"> | Asked<"line"> | OfDay | OfFile | Chosen<"choice"> | Chosen<"menu">;

/** One act on one thing: the button, its dialog, the call, and what follows. */
export interface Act<O extends OperationSpec, N extends string> {
  readonly call: Target<O>;
  readonly params?: BrowserInput<O>["params"];
  /** The revision that was read, where two people or pages can change one thing. */
  readonly ifMatch?: string;
  /** Text of the button. */
  readonly label: ReactNode;
  /** The button's accessible name, where rows repeat the label. */
  readonly named?: string;
  readonly button?: Pick<ButtonProps, "look" | "size" | "icon">;
  /** Title of the dialog. Without a title, a press on the button carries out the act at once. */
  readonly title?: ReactNode;
  readonly text?: ReactNode;
  readonly fields?: Readonly<Record<N, ActField>>;
  /** The answers are trimmed; optional ones may be empty. */
  readonly body?: (answers: Readonly<Record<N, string>>) => BodyOf<O>;
  /** Text of the dialog's button, which repeats the title's verb. */
  readonly yes?: ReactNode;
  /** It cannot be undone. */
  readonly danger?: boolean;
  /** Heading above the reason why the call failed. */
  readonly failed?: string;
  /** Shown in place of the general words for a failure. */
  readonly explain?: (failure: unknown) => ReactNode;
  /** Called when the dialog is closed after a failure, so that the page can keep showing it. */
  readonly onLeft?: (failure: unknown) => void;
  readonly signed?: Signing<BodyOf<O>>;
  /** Shown in the dialog after the act, e.g. a secret. Without it the dialog closes. */
  readonly done?: (answer: Answer<O>, close: () => void) => ReactNode;
  /** Gives the answer to the page, which shows it. Then the dialog closes and the page is not read again. */
  readonly onDone?: (answer: Answer<O>) => void;
  /** Where the act leads. Without it the page is read again. */
  readonly leadsTo?: (answer: Answer<O>) => string;
  /**
   * For an act without a dialog: `leadsTo` replaces this page, so that going back does not show it. After a failure the
   * page is not read again: if the act was carried out meanwhile, a reload would lead to another page, and the reason
   * of the failure would be lost.
   */
  readonly isLast?: boolean;
  /** The call is carried out even if the person leaves the page at once. */
  readonly outlivesPage?: boolean;
}

/** What a person typed, by the names of the act's fields. */
export type Typed = Record<string, string>;

function trimmed(answers: Typed): Typed {
  return Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, text.trim()]));
}

/** Returns the input of the act's call. The answers have exactly the names of the act's fields. */
export function inputOf<O extends OperationSpec, N extends string>(
  act: Act<O, N>,
  answers: Typed,
): BrowserInput<O> {
  const body = act.body?.(trimmed(answers) as Record<N, string>) ?? {};
  const revision = act.ifMatch === undefined ? {} : { ifMatch: act.ifMatch };
  const left = act.outlivesPage === true ? { outlivesPage: true } : {};
  return { params: act.params, body, ...revision, ...left } as BrowserInput<O>;
}
