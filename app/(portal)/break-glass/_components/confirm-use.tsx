"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { useSigner } from "@/components/client/use-signer";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import type { prepareBreakGlass, useBreakGlass } from "@/lib/api-client/operations/break-glass";
import { numbersIn, type TypedUse } from "./typed-use";

const prepareOf = target<typeof prepareBreakGlass>("POST", "/confidential/access/break-glass/statement");
const useOf = target<typeof useBreakGlass>("POST", "/confidential/access/break-glass");

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

/** Signs what was typed, where the holder has a key, and breaks the glass; answers the use's id. */
function useBreaking(typed: TypedUse) {
  const api = useApi();
  const { sign } = useSigner();
  const act = useAct(useOf);
  const [isSigning, setSigning] = useState(false);
  const [notSigned, setNotSigned] = useState<unknown>();
  const asked = {
    transactions: numbersIn(typed.transactions),
    fields: [...typed.fields],
    reason: typed.reason.trim(),
  };
  const send = async (): Promise<string | undefined> => {
    setSigning(true);
    setNotSigned(undefined);
    try {
      const made = await sign({
        kind: "break-glass",
        prepare: async () => (await api.call(prepareOf, { body: asked })).statement,
        isAsShown: (one) =>
          one.level === "masked" &&
          sameNames(one.transactions, asked.transactions) &&
          sameNames(one.groups, asked.fields),
      });
      const signed =
        made === undefined ? {} : { signed: { nonce: made.statement.nonce, signature: made.signature } };
      return (await act.run({ body: { ...asked, ...signed } }))?.id;
    } catch (failure) {
      setNotSigned(failure);
      return undefined;
    } finally {
      setSigning(false);
    }
  };
  return { send, asked, isBusy: isSigning || act.isBusy, error: notSigned ?? act.error };
}

/** The last look: what is shown, who is told, and what follows. */
export function ConfirmUse(props: { typed: TypedUse; onClose: () => void; onDone: (id: string) => void }) {
  const t = useTranslations("breakGlass.confirm");
  const names = useTranslations("domain.fields");
  const ui = useTranslations("ui");
  const { send, asked, isBusy, error } = useBreaking(props.typed);
  const act = async () => {
    const id = await send();
    if (id !== undefined) props.onDone(id);
  };
  return (
    <Dialog isOpen canClose={!isBusy} onClose={props.onClose} title={t("title")}>
      <Facts
        look="narrow"
        facts={[
          {
            name: t("records"),
            value: asked.transactions.map((id) => (
              <span key={id} className="block">
                <Digest value={id} />
              </span>
            )),
          },
          { name: t("fields"), value: asked.fields.map((group) => names(group)).join(", ") },
          { name: t("reason"), value: <span className="whitespace-pre-wrap">{asked.reason}</span> },
        ]}
      />
      <ul className="mt-4 list-disc space-y-1 pl-5 text-control">
        {(["masked", "told", "review", "blocked"] as const).map((one) => (
          <li key={one}>{t(`rules.${one}`)}</li>
        ))}
      </ul>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="danger" isBusy={isBusy} onClick={() => void act()}>
          {t("yes")}
        </Button>
        <Button disabled={isBusy} onClick={props.onClose}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
