import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ErrorKind } from '../../model/failures.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import type { Origin } from '../requests/origin.ts';
import { AnswerCheck, type BodySample } from './answer.ts';
import { skipEmptyLines } from './bytes.ts';
import { closedEarly, failureOf, inHandshake, isShakingHands, timedOut, type Failure } from './failure.ts';
import { ResponseParser } from './response-parser.ts';

/** A whole answer, right or not. */
export interface Answer {
  readonly status: number;
  /** On the wire. */
  readonly bytes: number;
  /** What is wrong with it; undefined where it is right. */
  readonly fault: ErrorKind | undefined;
  /** The beginning of its body, where it is wrong. */
  readonly sample: BodySample | undefined;
  /** The value of its `server-timing` fields. */
  readonly serverTiming: string | undefined;
}

/**
 * Is told how a request ended: one of the two, once, and never before the call that sent the request has returned. The connection takes
 * another request by then.
 */
export interface ExchangeEnd {
  answered(answer: Answer): void;
  /** `connected` is false where there was no connection to send it on: whoever tries again at once burns a core. */
  failed(failure: Failure, connected: boolean): void;
}

/** What a connection has of the load that it is for, and shares with the others of it. */
export interface ConnectionOwner {
  /** Whether it is used again; otherwise each request opens its own, and says so. */
  readonly keepAlive: boolean;
  /** How long an answer may take, connecting included. */
  readonly timeoutMs: number;
  /** What is read goes here. Valid only until the reading connection's turn is over. */
  readonly buffer: Buffer;
  /** Leaves it to the server to close a connection, as it said it would. */
  leave(socket: Socket): void;
}

/** What whoever opens a connection is told that is closed meanwhile. */
const closedHere: Failure = { kind: 'reset', words: 'the generator closed the connection' };

/** An answer without a request has nobody to be told. */
const unasked: Failure = { kind: 'malformed', words: 'an answer came that nobody had asked for' };

/**
 * One connection with one request in flight at most. It connects where it has to, and never tries anything twice: when to go
 * on after a failure is for the caller to decide.
 */
export class HttpConnection {
  readonly #origin: Origin;
  readonly #owner: ConnectionOwner;
  readonly #parser = new ResponseParser();
  readonly #check = new AnswerCheck();
  /** Undefined where the next request has to connect. */
  #socket: Socket | undefined;
  #connected = false;
  #end: ExchangeEnd | undefined;
  #onOpen: ((problem: Failure | undefined) => void) | undefined;
  /** When the time of the request, or of connecting, is up. */
  #deadlineMs = Infinity;

  constructor(origin: Origin, owner: ConnectionOwner) {
    this.#origin = origin;
    this.#owner = owner;
  }

  /** Whether it is connected, as far as can be known. */
  get isOpen(): boolean {
    return this.#connected;
  }

  /** Connects ahead of the first request; resolves with what prevented it, if anything did. One call at a time. */
  async open(): Promise<Failure | undefined> {
    if (this.#connected) return undefined;
    return new Promise((resolve) => {
      this.#onOpen = resolve;
      this.#deadlineMs = performance.now() + this.#owner.timeoutMs;
      this.#socket ??= this.#connect();
    });
  }

  /** Builds the bytes of a request ahead of its exchange, where nothing but the writing is to come between two of them. */
  prepare(request: DrawnRequest): Buffer {
    return request.bytesFor(this.#origin, this.#owner.keepAlive);
  }

  /** Sends a request; its time-out counts from `nowMs`, on the clock of `performance.now()`. */
  exchange(request: DrawnRequest, nowMs: number, end: ExchangeEnd): void {
    if (this.#end !== undefined) throw new Error('A connection takes one request at a time.');
    this.#end = end;
    this.#deadlineMs = nowMs + this.#owner.timeoutMs;
    this.#check.begin(request.expected);
    this.#parser.begin(request.method === 'HEAD', this.#check);
    this.#socket ??= this.#connect();
    this.#socket.write(this.prepare(request));
  }

  /** Fails what has lasted too long. */
  expire(nowMs: number): void {
    if (this.#deadlineMs > nowMs) return;
    this.#lose(timedOut(this.#owner.timeoutMs, { connected: this.#connected, hasBegun: this.#hasBegun }));
  }

  /** Closes it. A request in flight is abandoned: nobody is told of its end. */
  close(): void {
    this.#end = undefined;
    this.#lose(closedHere);
  }

  /** Whether anything of the answer in flight has come. */
  get #hasBegun(): boolean {
    return this.#end !== undefined && this.#parser.hasBegun;
  }

  #connect(): Socket {
    // Bytes are read into one buffer and not through a stream, which would add a fifth to the time of an exchange.
    const { buffer } = this.#owner;
    const onRead = (length: number): boolean => {
      if (socket === this.#socket) this.#read(length);
      return true;
    };
    const socket = this.#origin.connect({ buffer, callback: onRead });
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      if (socket === this.#socket) this.#opened();
    });
    // After it was left or lost, nothing that happens to a socket matters.
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#break(failureOf(error));
    });
    // Seen on an idle connection, too, so that no request is lost on one that the server has closed.
    socket.once('end', () => {
      if (socket === this.#socket) this.#ended();
    });
    socket.once('close', () => {
      if (socket === this.#socket) this.#break(closedEarly(this.#hasBegun));
    });
    return socket;
  }

  #opened(): void {
    this.#connected = true;
    // A request that was sent meanwhile goes on counting.
    if (this.#end === undefined) this.#deadlineMs = Infinity;
    this.#onOpen?.(undefined);
    this.#onOpen = undefined;
  }

  #read(length: number): void {
    const { buffer } = this.#owner;
    if (this.#end === undefined) {
      // An answer that nobody asked for, such as a 408 before the connection is closed: the next one would be doubtful.
      if (skipEmptyLines(buffer, 0, length) < length) this.#lose(unasked);
      return;
    }
    const progress = this.#parser.read(buffer, length);
    if (progress === 'whole') this.#answered(this.#end);
    else if (progress === 'refused') this.#lose(this.#parser.problem);
  }

  #ended(): void {
    if (this.#end !== undefined && this.#parser.end()) this.#answered(this.#end);
    else this.#break(closedEarly(this.#hasBegun));
  }

  #answered(end: ExchangeEnd): void {
    const { status, bytes, serverTiming, persistent, contentEncoding } = this.#parser;
    const fault = this.#check.faultOf(status);
    const sample = fault === undefined ? undefined : this.#check.sampleOf(contentEncoding);
    this.#end = undefined;
    this.#deadlineMs = Infinity;
    if (!persistent || !this.#owner.keepAlive) this.#leave();
    end.answered({ status, bytes, fault, sample, serverTiming });
  }

  #leave(): void {
    if (this.#socket !== undefined) this.#owner.leave(this.#socket);
    this.#socket = undefined;
    this.#connected = false;
  }

  /** Gives a connection up that was broken off from outside. */
  #break(failure: Failure): void {
    this.#lose(isShakingHands(this.#socket, this.#connected) ? inHandshake(failure) : failure);
  }

  /** Gives the connection up; whoever waits for something of it is told why. */
  #lose(failure: Failure): void {
    const end = this.#end;
    const onOpen = this.#onOpen;
    const connected = this.#connected;
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#connected = false;
    this.#end = undefined;
    this.#onOpen = undefined;
    this.#deadlineMs = Infinity;
    onOpen?.(failure);
    end?.failed(failure, connected);
  }
}
