"use client";

import dynamic from "next/dynamic";
import { useEffect } from "react";
import { pageLoaded } from "@/components/client/use-ready";
import { useReview } from "./review-state";

// Loaded after the page, because a decision comes after reading.
const loadAct = () => import("./decide-act");
const DecideAct = dynamic(async () => (await loadAct()).DecideAct);

/** The dialog of the decision that is begun. Its script is fetched after the page of a reader who may decide. */
export function DecideDialog() {
  const state = useReview();
  const mayDecide = state?.review.may_decide === true;
  useEffect(() => {
    if (!mayDecide) return;
    pageLoaded()
      .then(loadAct)
      .catch(() => undefined);
  }, [mayDecide]);
  if (state?.act === undefined) return null;
  return <DecideAct key={state.act} state={state} act={state.act} />;
}
