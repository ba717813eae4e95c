"use client";

import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useFormContext } from "react-hook-form";
import type { Draft } from "@/app/(portal)/transactions/new/_components/draft";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Choice, ChoiceGroup, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import type { listKeys } from "@/lib/api-client/operations/keys";
import type { Recipient } from "@/lib/keys/list-keys";

const list = target<typeof listKeys>("GET", "/confidential/keys");

/** Finds a participant by its id, if it is not in the list. */
function FindParticipant({ onFound }: { onFound: (recipient: Recipient) => void }) {
  const t = useTranslations("transactions.create.recipients");
  const api = useApi();
  const [id, setId] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [error, setError] = useState<unknown>();
  const asked = useRef("");
  const find = async () => {
    const participantId = id.trim();
    // Leaving the field and pressing the button come together.
    if (asked.current === participantId) return;
    asked.current = participantId;
    setError(undefined);
    setMissing(false);
    if (participantId === "") return;
    try {
      const { items } = await api.call(list, { query: { participant_id: participantId } });
      const key = items.find(({ state }) => state === "active");
      setMissing(key === undefined);
      if (key === undefined) return;
      onFound({ participantId: key.participant_id, kid: key.kid, fingerprint: key.fingerprint });
      setId("");
    } catch (failure) {
      setError(failure);
    } finally {
      asked.current = "";
    }
  };
  return (
    <div className="mt-2">
      <div className="flex items-end gap-2">
        <Field
          id="new-other"
          label={t("other")}
          error={isMissing ? t("noKey") : undefined}
          className="max-w-[280px] grow"
        >
          {(attributes) => (
            <TextInput
              {...attributes}
              autoComplete="off"
              maxLength={64}
              value={id}
              onChange={(event) => setId(event.target.value)}
              // What was typed counts, also without the button.
              onBlur={() => void find()}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                event.preventDefault();
                void find();
              }}
            />
          )}
        </Field>
        <Button onClick={() => void find()}>{t("add")}</Button>
      </div>
      {error === undefined ? null : <CallFailure error={error} />}
    </div>
  );
}

/** The recipients, each with the fingerprint of the key that the transaction is sealed with. */
export function Recipients(props: {
  own: string;
  known: readonly Recipient[];
  onFound: (recipient: Recipient) => void;
  error: string | undefined;
}) {
  const t = useTranslations("transactions.create.recipients");
  const { register } = useFormContext<Draft>();
  const mine = props.known.find(({ participantId }) => participantId === props.own);
  return (
    <>
      <ChoiceGroup id="new-recipients" legend={t("legend")} help={t("help")} error={props.error}>
        <p className="flex flex-wrap items-center gap-x-4 py-1 text-control">
          <span className="font-medium">{t("you", { id: props.own })}</span>
          {mine === undefined ? (
            <span className="text-oxblood">{t("ownMissing")}</span>
          ) : (
            <Digest value={mine.fingerprint} label={t("fingerprint", { id: props.own })} />
          )}
        </p>
        {props.known
          .filter(({ participantId }) => participantId !== props.own)
          .map(({ participantId, fingerprint }) => (
            <div key={participantId} className="flex flex-wrap items-center gap-x-4">
              <Choice
                label={participantId}
                value={participantId}
                className="max-tablet:py-3"
                {...register("recipients")}
              />
              <Digest value={fingerprint} label={t("fingerprint", { id: participantId })} />
            </div>
          ))}
      </ChoiceGroup>
      <FindParticipant onFound={props.onFound} />
    </>
  );
}
