"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type {
  confirmAuthority,
  revokeAuthority,
  withdrawAuthority,
} from "@/lib/api-client/operations/authorities";
import type { AuthorityView } from "@/lib/authorities/schema";
import { AddList } from "./add-list";

const CONFIRM = target<typeof confirmAuthority>("POST", "/confidential/admin/authorities/{id}/confirmations");
const WITHDRAW = target<typeof withdrawAuthority>("POST", "/confidential/admin/authorities/{id}/withdrawals");
const REVOKE = target<typeof revokeAuthority>("POST", "/confidential/admin/authorities/{id}/revocations");
const INPUT = "authority-act-input";

type Act = AuthorityView["acts"][number];
/** Acts that take a digest or a reason; a revocation list is a file. */
type TypedAct = Exclude<Act, "list">;

/** What each act sends: the digest that was compared, or a reason. */
function useSending(act: TypedAct, id: string) {
  const [confirm, withdraw, revoke] = [useAct(CONFIRM), useAct(WITHDRAW), useAct(REVOKE)];
  const params = { id };
  const runs = {
    confirm: (text: string) => confirm.run({ params, body: { digest: text } }),
    withdraw: (text: string) => withdraw.run({ params, body: { reason: text } }),
    revoke: (text: string) => revoke.run({ params, body: { reason: text } }),
  };
  const { isBusy, error } = { confirm, withdraw, revoke }[act];
  return { isBusy, error, run: runs[act] };
}

function ActDialog({ act, item, onClose }: { act: TypedAct; item: AuthorityView; onClose: () => void }) {
  const t = useTranslations("authority.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useSending(act, item.id);
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const send = async () => {
    setMissing(text.trim() === "");
    if (text.trim() === "") return document.getElementById(INPUT)?.focus();
    if ((await run(text.trim())) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t(`${act}.title`, { issuer: item.issuer })}>
      <p className="mb-4 text-body">{t(`${act}.text`)}</p>
      <Field id={INPUT} label={t(`${act}.input`)} error={isMissing ? t(`${act}.needed`) : undefined}>
        {(control) =>
          act === "confirm" ? (
            <TextInput
              {...control}
              className="font-mono"
              spellCheck={false}
              autoComplete="off"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          ) : (
            <TextArea
              {...control}
              rows={3}
              maxLength={1_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )
        }
      </Field>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t(`${act}.failed`)} />
        </div>
      )}
      <DialogActions>
        <Button look={act === "confirm" ? "primary" : "danger"} isBusy={isBusy} onClick={() => void send()}>
          {t(`${act}.yes`)}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function OpenDialog(props: { act: Act; item: AuthorityView; onClose: () => void }) {
  const { act, ...rest } = props;
  return act === "list" ? <AddList {...rest} /> : <ActDialog act={act} {...rest} />;
}

/** Confirm, take back or end a registration, or add a list to it, as far as this person may. */
export function AuthorityActs({ item }: { item: AuthorityView }) {
  const t = useTranslations("authority.acts");
  const [act, setAct] = useState<Act>();
  const what = item.kid ?? item.subject ?? "";
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      {item.acts.map((one) => (
        <Button
          key={one}
          size="bar"
          look={one === "confirm" || one === "list" ? "secondary" : "quiet"}
          aria-label={t(`${one}.named`, { issuer: item.issuer, what })}
          onClick={() => setAct(one)}
        >
          {t(`${one}.act`)}
        </Button>
      ))}
      {act === undefined ? null : <OpenDialog act={act} item={item} onClose={() => setAct(undefined)} />}
    </span>
  );
}
