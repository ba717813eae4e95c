"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { FieldValues } from "react-hook-form";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { ErrorSummary } from "@/components/form/error-summary";
import type { Answers } from "@/components/form/use-answers";
import { Button, type ButtonProps } from "@/components/ui/button";
import { useLeave } from "@/components/ui/dialog";
import { useFocusAfter } from "@/components/ui/use-focus-after";

/**
 * The frame of a form. It shows the faults above the fields, why the call failed below them, and one button; in a dialog
 * also "Cancel". The fields are disabled until the scripts run, because text typed before that would be lost.
 */
export function FormFrame<A extends FieldValues>(props: {
  readonly form: Answers<A>;
  /** Heading of the faults. */
  readonly errors?: string | undefined;
  /** Heading above the reason why the call failed. */
  readonly failed?: string | undefined;
  readonly submit: ReactNode;
  readonly look?: ButtonProps["look"];
  readonly icon?: ButtonProps["icon"];
  /** Shown in place of the general words for a refusal. */
  readonly explain?: (failure: unknown) => ReactNode;
  /** Next to the button, e.g. that the answers were saved. */
  readonly status?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const ui = useTranslations("ui");
  const isReady = useReady();
  const { form, look = "primary" } = props;
  const frame = useFocusAfter<HTMLFormElement>();
  const leave = useLeave();
  const explained = form.failure === undefined ? undefined : props.explain?.(form.failure);
  return (
    <form
      ref={frame}
      noValidate
      method="post"
      autoComplete="off"
      className={`print:hidden ${props.className ?? (form.focus === "summary" ? "max-w-[640px] pt-4" : "")}`}
      onFocus={form.prepare}
      onSubmit={(event) => void form.submit(event)}
    >
      {form.focus === "summary" ? (
        <ErrorSummary
          title={props.errors ?? ui("oneThing", { count: form.errors.length })}
          errors={form.errors}
          attempt={form.attempt}
        />
      ) : null}
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-4">
        {props.children}
        {form.failure === undefined
          ? null
          : (explained ?? (
              <CallFailure
                error={form.failure}
                {...(props.failed === undefined ? {} : { title: props.failed })}
              />
            ))}
        <div className="flex flex-wrap items-center gap-2">
          <Button
            type="submit"
            look={look}
            {...(props.icon === undefined ? {} : { icon: props.icon })}
            isBusy={form.isBusy}
          >
            {props.submit}
          </Button>
          {leave === undefined || form.focus === "summary" ? null : (
            <Button onClick={leave} disabled={form.isBusy}>
              {ui("cancel")}
            </Button>
          )}
          {props.status === undefined ? null : (
            <span role="status" className="ml-2 text-control text-ink-2">
              {props.status}
            </span>
          )}
        </div>
      </fieldset>
    </form>
  );
}
