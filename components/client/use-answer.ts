"use client";

import type { QueryObserverResult } from "@tanstack/react-query";
import { useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Followed, Question } from "@/components/client/answer-cache";
import { AnswerCacheContext } from "@/components/client/providers";

type Answer<T> = Pick<
  QueryObserverResult<T>,
  "data" | "error" | "isError" | "isFetching" | "dataUpdatedAt" | "errorUpdatedAt"
>;

/** The state of a question before its answer: asked, not to be asked yet, or impossible to ask. */
function unanswered<T>(question: Question<T>, error: Error | undefined): Answer<T> {
  return {
    data: undefined,
    error: error ?? null,
    isError: error !== undefined,
    isFetching: error === undefined && question.enabled !== false,
    dataUpdatedAt: 0,
    errorUpdatedAt: 0,
  };
}

/**
 * Returns the answer to a question and keeps it current. The cache of answers is loaded after the page. Until then there
 * is no answer, and the page shows what the server sent.
 */
export function useAnswer<T>(question: Question<T>): Answer<T> {
  const open = useContext(AnswerCacheContext);
  const [followed, setFollowed] = useState<Followed<T>>();
  const [failure, setFailure] = useState<Error>();
  const latest = useRef(question);
  const key = JSON.stringify(question.queryKey);
  useEffect(() => {
    latest.current = question;
    followed?.setOptions(question);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question tries again to load the cache
  useEffect(() => {
    if (followed !== undefined) return;
    let isGone = false;
    open().then(
      (cache) => isGone || setFollowed(cache.follow(latest.current)),
      (error: Error) => isGone || setFailure(error),
    );
    return () => {
      isGone = true;
    };
  }, [open, followed, key]);
  const subscribe = useCallback(
    (onChange: () => void) => followed?.subscribe(onChange) ?? (() => undefined),
    [followed],
  );
  const answer = useSyncExternalStore(
    subscribe,
    () => followed?.getCurrentResult(),
    () => undefined,
  );
  // Until the new question is set, the result still belongs to the former one.
  return answer !== undefined && followed?.getCurrentQuery().queryHash === key
    ? answer
    : unanswered(question, failure);
}
