"use client";

import { type MouseEvent, type ReactNode, useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { type ButtonLook, type ButtonSize, buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

/**
 * A download of the API as a link, streamed by the browser itself. HEAD is asked first, which exports and logs
 * nothing: a refusal is then shown here and not saved as the file, and an old proof opens the step-up dialog.
 */
export function DownloadLink({
  href,
  children,
  look = "primary",
  size = "large",
  onStart,
}: {
  href: string;
  children: ReactNode;
  look?: ButtonLook;
  size?: ButtonSize;
  /** The browser has been given the address. */
  onStart?: () => void;
}) {
  const api = useApi();
  const [error, setError] = useState<unknown>();
  const ask = async (event: MouseEvent<HTMLAnchorElement>) => {
    event.preventDefault();
    setError(undefined);
    try {
      await api.send("HEAD", href);
      clickDownload(href, "");
      onStart?.();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <a href={href} download onClick={ask} className={buttonClass(look, size)}>
        <Icon name="download" />
        {children}
      </a>
      <div className="mt-3 empty:hidden">
        <CallFailure error={error} />
      </div>
    </>
  );
}

/** Has the browser save an address as a file: even JSON, which it would show in place of the page. */
function clickDownload(href: string, name: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}

const NAMED = /filename="([^"/\\]+)"/;

/** Hands an answer of the API to the person as a file, named as the server names it. */
export async function saveAnswer(answer: Response, otherwise: string): Promise<void> {
  const name = NAMED.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? otherwise;
  const address = URL.createObjectURL(await answer.blob());
  clickDownload(address, name);
  // The browser has taken the bytes over when the click returns; some need the address a moment longer.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
