"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { listAuditActors } from "@/lib/api-client/operations/audit";
import type { ActorList } from "@/lib/audit/people-schema";
import { shortDigest } from "@/lib/format";

const list = target<typeof listAuditActors>("GET", "/confidential/audit/actors");

type Pick = (actor: string, label: string) => void;

function Found({ found, onPick }: { found: ActorList; onPick: Pick }) {
  const t = useTranslations("audit.actors.find");
  if (found.items.length === 0) return <p className="text-body">{t("none")}</p>;
  return (
    <>
      <p className="mb-1 text-control text-ink-2">{t("found", { count: found.items.length })}</p>
      <ul className="border-line border-t">
        {found.items.map(({ actor, name }) => (
          <li key={actor} className="border-line border-b">
            <button
              type="button"
              onClick={() => onPick(actor, name ?? shortDigest(actor))}
              className="flex min-h-touch w-full cursor-pointer items-center justify-between gap-4 px-1 text-left text-control hover:bg-margin tablet:min-h-row"
            >
              <span className="sr-only">{t("choose")}</span>
              <span className={name === undefined ? "font-mono" : ""}>{name ?? shortDigest(actor)}</span>
              {name === undefined ? null : <span className="font-mono text-ink-2">{shortDigest(actor)}</span>}
            </button>
          </li>
        ))}
      </ul>
      {found.has_more ? <p className="mt-2 text-control text-ink-2">{t("more")}</p> : null}
    </>
  );
}

/** Searches all actors of entries that the reader may see. It is inside the filter's form and does not submit it. */
export function FindActor({ onClose, onPick }: { onClose: () => void; onPick: Pick }) {
  const t = useTranslations("audit.actors.find");
  const api = useApi();
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [found, setFound] = useState<ActorList>();
  const [error, setError] = useState<unknown>();
  const search = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const q = text.trim();
      setFound(await api.call(list, { query: q === "" ? {} : { q } }));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("title")}>
      <Field id="find-actor" label={t("label")} help={t("help")}>
        {(control) => (
          <span className="flex gap-2">
            <TextInput
              {...control}
              data-first-focus=""
              value={text}
              maxLength={64}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter") return;
                // Not the filter's own form.
                event.preventDefault();
                if (!isBusy) void search();
              }}
            />
            <Button icon="search" isBusy={isBusy} onClick={() => void search()}>
              {t("search")}
            </Button>
          </span>
        )}
      </Field>
      <div role="status" className="mt-4">
        {isBusy ? <p className="text-control text-ink-2">{t("searching")}</p> : null}
        {found === undefined || isBusy || error !== undefined ? null : (
          <Found found={found} onPick={onPick} />
        )}
      </div>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
    </Dialog>
  );
}
