"use client";

import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import { Failure } from "@/components/layout/failure";
import { translations } from "@/components/messages/translate";
import "./globals.css";

/** Takes the place of the whole document when the root layout itself failed. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <link rel="icon" href="/favicon.svg" />
        <title>{translations("error")("title")}</title>
        <Failure error={error} retry={retry} />
      </body>
    </html>
  );
}
