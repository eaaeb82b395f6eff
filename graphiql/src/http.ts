/** Fetch that makes of whatever comes back, or does not, something that GraphiQL can show. */

/** What is told of an answer besides what it says. */
export interface Answered {
  /** The HTTP status, or null when there was no answer at all. */
  status: number | null;
  milliseconds: number;
  /** The API's id of the request, to find it in its log by. */
  requestId: string | null;
}

export function readableFetch(onAnswer: (answered: Answered) => void): typeof fetch {
  return async (input, init) => {
    const began = performance.now();
    const told = (status: number | null, requestId: string | null) =>
      onAnswer({ status, requestId, milliseconds: performance.now() - began });
    let request: Request;
    try {
      request = new Request(input, init);
    } catch (error) {
      return Response.json({ errors: [{ message: `Request not sent. ${(error as Error).message}` }] });
    }
    let response: Response;
    try {
      response = await fetch(request);
    } catch (error) {
      if (init?.signal?.aborted) throw error; // nobody waits for it any more
      told(null, null);
      return Response.json({ errors: [{ message: `The API does not answer: ${(error as Error).message}` }] });
    }
    told(response.status, response.headers.get("x-request-id"));
    const type = response.headers.get("content-type") ?? "";
    if (/json|multipart|event-stream/.test(type)) return response;
    // Not the API's words, or those of a request that it could not read: shown as they are.
    const message = (await response.text()).trim() || response.statusText || "There is nothing in the answer.";
    return Response.json({ errors: [{ message, extensions: { http: { status: response.status } } }] });
  };
}
