export interface PostRequest {
  /** Who is asked, as a person calls it; never an address that is a secret. */
  system: string;
  url: string;
  /** JSON, exactly as it is sent. */
  body: string;
  headers?: Record<string, string>;
  /** What must never be repeated from the answer. */
  secrets?: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface PostAnswer {
  status: number;
  /** Its beginning, 4 kB at most. */
  body: string;
  /** False where there was more of the body than was read. */
  complete: boolean;
  /** Its media type in lower case, without parameters; "" where it names none. */
  mediaType: string;
}

/**
 * One bounded POST of JSON, without redirects. Answers the status and the beginning of the body; throws ExternalError
 * for a status that is not a success, with the server's words and its Retry-After, and where there was no answer.
 */
export type Post = (request: PostRequest) => Promise<PostAnswer>;
