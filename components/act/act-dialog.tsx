"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { type Act, type ActField, inputOf, type Typed } from "@/components/act/act";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useCallOnce } from "@/components/client/use-call-once";
import type { Fault } from "@/components/form/faults";
import { AreaField, FileField, RadioField, SelectField, TextField } from "@/components/form/fields";
import { type Answers, useAnswers } from "@/components/form/use-answers";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";

/** The longest reason that most operations accept. */
const MAX_REASON = 1_000;

function initialOf(fields: readonly (readonly [string, ActField])[]): Typed {
  return Object.fromEntries(
    fields.map(([name, field]) => [name, "initial" in field ? (field.initial ?? "") : ""]),
  );
}

/** Returns a fault for each field that is still empty. */
function missing(fields: readonly (readonly [string, ActField])[], answers: Typed): Fault[] {
  return fields.flatMap(([name, field]) => {
    const isOptional = "isOptional" in field && field.isOptional === true;
    if (isOptional || (answers[name] ?? "").trim() !== "") return [];
    return [{ pointer: `/${name}`, reason: { key: "missing", count: 0 } }];
  });
}

function FieldOf({ form, name, field }: { form: Answers<Typed>; name: string; field: ActField }) {
  const ui = useTranslations("ui");
  const common = { form, name, help: field.help };
  if (field.kind === "choice") return <RadioField {...common} options={field.options} />;
  if (field.kind === "menu") return <SelectField {...common} options={field.options} />;
  if (field.kind === "file") return <FileField {...common} accept={field.accept} read={field.read} />;
  const mark = field.isOptional === true ? { mark: ui("optional") } : {};
  const code =
    field.isCode === true ? { className: "font-mono", spellCheck: false, autoComplete: "off" } : {};
  const input = { ...common, ...mark, ...code, maxLength: field.maxLength ?? MAX_REASON };
  if (field.kind === "reason") return <AreaField {...input} />;
  if (field.kind === "line") return <TextField {...input} />;
  return <TextField {...input} type="date" max={field.max} />;
}

/**
 * Returns whether the page is out of date, because another person acted first or the call may have been carried out.
 */
function isPageOld(failure: unknown): boolean {
  if (!(failure instanceof CallRefused)) return failure !== undefined;
  const { status } = failure.problem;
  return status === 409 || status === 412 || status >= 500;
}

/**
 * The dialog of one act: what it does, its fields, why the last attempt failed, and its buttons. It cannot be closed
 * while the act runs. While it shows a failure the page behind it is not read again, because that could remove the
 * dialog.
 */
export function ActDialog<O extends OperationSpec, N extends string>({
  act,
  onClose,
}: {
  act: Act<O, N>;
  onClose: () => void;
}) {
  const ui = useTranslations("ui");
  const router = useRouter();
  const call = useCallOnce(act.call);
  const [shown, setShown] = useState<ReactNode>();
  const isOld = useRef(false);
  const fields: readonly (readonly [string, ActField])[] = Object.entries<ActField>(act.fields ?? {});
  const finish = () => {
    onClose();
    router.refresh();
  };
  const form = useAnswers<Typed, Answer<O>>({
    id: "act",
    initial: initialOf(fields),
    words: Object.fromEntries(fields),
    focus: "control",
    check: (answers) => missing(fields, answers),
    controlOf: ({ pointer }) => fields.find(([name]) => pointer.startsWith(`/${name}`))?.[0],
    send: (answers) => call(inputOf(act, answers), act.signed),
    onDone: (answer) => {
      // The act may lead to the same page with another address, which keeps the dialog's state.
      if (act.leadsTo !== undefined) {
        onClose();
        return router.push(act.leadsTo(answer));
      }
      if (act.onDone !== undefined) {
        onClose();
        return act.onDone(answer);
      }
      if (act.done === undefined) return finish();
      setShown(act.done(answer, finish));
    },
  });
  if (isPageOld(form.failure)) isOld.current = true;
  const close = () => {
    onClose();
    if (form.failure !== undefined) act.onLeft?.(form.failure);
    if (isOld.current) router.refresh();
  };
  if (shown !== undefined)
    return (
      <Dialog isOpen onClose={finish} canClose={false} title={act.title}>
        {shown}
      </Dialog>
    );
  return (
    <Dialog isOpen onClose={close} canClose={!form.isBusy} title={act.title}>
      <form noValidate method="post" onSubmit={(event) => void form.submit(event)}>
        <div className="grid gap-4">
          {act.text === undefined ? null : <div className="text-body">{act.text}</div>}
          {fields.map(([name, field]) => (
            <FieldOf key={name} form={form} name={name} field={field} />
          ))}
        </div>
        {form.failure === undefined ? null : (
          <div className="mt-4">
            {act.explain?.(form.failure) ?? (
              <CallFailure
                error={form.failure}
                {...(act.failed === undefined ? {} : { title: act.failed })}
              />
            )}
          </div>
        )}
        <DialogActions>
          <Button type="submit" look={act.danger === true ? "danger" : "primary"} isBusy={form.isBusy}>
            {act.yes ?? act.label}
          </Button>
          <Button onClick={close} disabled={form.isBusy}>
            {ui("cancel")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
