"use client";

import type { ReactNode } from "react";
import { useReady } from "@/components/client/use-ready";
import { ErrorSummary, type FormError } from "@/components/form/error-summary";
import { Button } from "@/components/ui/button";

/**
 * The frame of a short form: what is wrong above its fields, what the call met below them, one button. Its fields wait
 * for the scripts, since nothing typed before them is kept.
 */
export function KeepingForm(props: {
  title: string;
  errors: readonly FormError[];
  /** Counts the tries, so that the same fault is told again. */
  attempt: number;
  failure: ReactNode;
  submit: string;
  isBusy: boolean;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const isReady = useReady();
  return (
    <form
      noValidate
      method="post"
      className="max-w-[640px] pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <ErrorSummary title={props.title} errors={props.errors} attempt={props.attempt} />
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-4">
        {props.children}
        {props.failure}
        <div>
          <Button type="submit" look="primary" isBusy={props.isBusy}>
            {props.submit}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
