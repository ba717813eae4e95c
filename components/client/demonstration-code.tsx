"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { fetchCodes, grouped, useCodes } from "@/components/client/use-codes";
import { Button } from "@/components/ui/button";
import type { Demonstration } from "@/lib/identity/schema";

function CodeOfNow(props: { codes: Demonstration; person: string; onFill: (code: string) => void }) {
  const t = useTranslations("portal.stepUp");
  const codes = useCodes(props.codes);
  const person = codes?.people.find(({ handle }) => handle === props.person);
  if (codes === undefined || person === undefined || person.takes !== "code") return null;
  const { code } = person;
  return (
    <p className="mt-4 flex flex-wrap items-center gap-3 border-line-2 border-l-[3px] pl-3 text-control text-ink-2">
      {code === null ? (
        t("demonstrationNext", { seconds: codes.seconds })
      ) : (
        <>
          <span>
            {t("demonstration")} <span className="font-medium font-mono text-ink">{grouped(code)}</span>
          </span>
          <Button size="bar" onClick={() => props.onFill(grouped(code))}>
            {t("demonstrationFill")}
          </Button>
        </>
      )}
    </p>
  );
}

/** The code that a demonstration person's authenticator would show now. Nothing where there are no such people. */
export function DemonstrationCode(props: { person: string; onFill: (code: string) => void }) {
  const [codes, setCodes] = useState<Demonstration>();
  useEffect(() => {
    let isGone = false;
    fetchCodes()
      .then((found) => {
        if (!isGone) setCodes(found);
      })
      // Without it the person takes the code from the sign-in page.
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, []);
  return codes === undefined ? null : <CodeOfNow {...props} codes={codes} />;
}
