// SPDX-License-Identifier: LGPL-2.1-or-later
/* exported _init */

// What JavaScript adds to the library: promises, `for await` over a stream and `for` over a conversation, texts where a request is wanted,
// and errors that know their details. The bare functions do all of it too: give a callback, and no promise is made.

let Dheera;

const toRequest = value => typeof value === 'string' ? Dheera.Request.new_for_prompt(null, value) : value;
const toModelsRequest = value => typeof value === 'string' ? Dheera.ModelsRequest.new(value) : value;

const asItIs = value => value;
const toModerationRequest = value => typeof value === 'string' ? Dheera.ModerationRequest.new_for_text(null, value) : value;
const toImageRequest = value => typeof value === 'string' ? Dheera.ImageRequest.new_for_prompt(null, value) : value;

function toEmbeddingRequest(value) {
    const inputs = typeof value === 'string' ? [value] : value;

    return Array.isArray(inputs) ? new Dheera.EmbeddingRequest({inputs}) : inputs;
}

/**
 * The error, with its details. The thread's last ones may be those of an error before it, if nothing is known of this one.
 *
 * @param {Error} error - what was thrown
 */
function told(error) {
    const {GLib} = imports.gi;

    if (error instanceof GLib.Error) {
        const last = Dheera.ErrorDetails.get_last();
        const isIts = last && error.matches(Dheera.Error, last.code) &&
            error.message.includes(last.message.slice(0, 100).replace(/[. \n]+$/, ''));

        error.details = isIts ? last : null;
    }
    return error;
}

function telling(method) {
    return function (...args) {
        try {
            return method.apply(this, args);
        } catch (error) {
            throw told(error);
        }
    };
}

/**
 * Makes the three functions of a call easy: no cancellable is needed, texts are taken, and without a callback there is a promise.
 *
 * @param {object} prototype - whose functions they are
 * @param {string} name - the name of the blocking one
 * @param {Function[]} convert - what is made of each argument before the cancellable
 */
function addCall(prototype, name, ...convert) {
    const blocking = telling(prototype[name]);
    const start = prototype[`${name}_async`];
    const finish = telling(prototype[`${name}_finish`]);

    const prepare = args => [...convert.map((f, i) => f(args[i])), args[convert.length] ?? null];

    prototype[name] = function (...args) {
        return blocking.apply(this, prepare(args));
    };

    prototype[`${name}_async`] = function (...args) {
        const callback = args[convert.length + 1];

        if (callback)
            return start.call(this, ...prepare(args), callback);
        return new Promise((resolve, reject) => {
            start.call(this, ...prepare(args), (source, result) => {
                try {
                    resolve(source[`${name}_finish`](result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    };

    prototype[`${name}_finish`] = finish;
}

/**
 * A server stops in a promise, where there is no callback.
 *
 * @param {object} prototype - that of the server
 */
function addServer(prototype) {
    const {run, start, stop_async: stopAsync} = prototype;

    prototype.start = telling(start);
    prototype.run = telling(function (cancellable = null) {
        return run.call(this, cancellable);
    });
    prototype.stop_async = function (cancellable = null, callback = null) {
        if (callback)
            return stopAsync.call(this, cancellable, callback);
        return new Promise((resolve, reject) => {
            stopAsync.call(this, cancellable, (source, result) => {
                try {
                    resolve(source.stop_finish(result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    };
}

/**
 * What may be left out of the functions that watch calls.
 *
 * @param {object} logger - the prototype of the logger
 * @param {object} metrics - that of the metrics
 */
function addWatching(logger, metrics) {
    const {flush} = logger;
    const {get_value: getValue, get_errors: getErrors} = metrics;

    logger.flush = function (cancellable = null) {
        return flush.call(this, cancellable);
    };
    metrics.get_value = function (name, provider = null, model = null) {
        return getValue.call(this, name, provider, model);
    };
    metrics.get_errors = function (code, provider = null, model = null) {
        return getErrors.call(this, code, provider, model);
    };
}

/**
 * The function, which answers with an error when it throws or its promise is rejected. The library would wait for an answer until the call's time is up.
 *
 * @param {Function} func - what is called
 * @param {number} position - which of its arguments wants an answer
 * @param {string} message - of the error
 */
function answering(func, position, message) {
    return (...args) => {
        const fail = error => {
            args[position].return_error(message);
            throw error;
        };

        try {
            const result = func(...args);
            if (result instanceof Promise)
                result.catch(fail).catch(logError);
        } catch (error) {
            fail(error);
        }
    };
}

/**
 * @param {object} tool - the prototype of tools
 * @param {object} provider - that of providers
 */
function addAnswers(tool, provider) {
    const {set_credentials_func: setCredentialsFunc} = provider;

    for (const name of ['connect', 'connect_after']) {
        const connect = tool[name];

        tool[name] = function (signal, handler) {
            return connect.call(this, signal, signal === 'call' ? answering(handler, 1, 'The tool failed.') : handler);
        };
    }
    provider.set_credentials_func = function (func) {
        return setCredentialsFunc.call(this, func && answering(func, 0, 'the credentials function threw an exception'));
    };
}

function addIteration(prototype) {
    prototype[Symbol.asyncIterator] = async function* () {
        try {
            let delta;

            while ((delta = await this.next_async()))
                yield delta;
        } finally {
            // Where the loop was left early, nobody wants the rest of the answer.
            this.cancel();
        }
    };

    prototype[Symbol.iterator] = function* () {
        try {
            let delta;

            while ((delta = this.next()))
                yield delta;
        } finally {
            this.cancel();
        }
    };
}

function _init() {
    Dheera = this;

    const client = Dheera.Client.prototype;
    for (const name of ['stream', 'run_stream']) {
        const stream = client[name];

        client[name] = function (request) {
            return stream.call(this, toRequest(request));
        };
    }
    addCall(client, 'complete', toRequest);
    addCall(client, 'run', toRequest);
    addCall(client, 'list_models', toModelsRequest);
    addCall(client, 'embed', toEmbeddingRequest);
    addCall(client, 'count_tokens', toRequest);
    addCall(client, 'rerank', asItIs);
    addCall(client, 'moderate', toModerationRequest);
    addCall(client, 'generate_image', toImageRequest);
    addCall(client, 'transcribe', asItIs);
    addCall(client, 'speak', asItIs);

    addCall(Dheera.Stream.prototype, 'next');
    addCall(Dheera.Stream.prototype, 'collect');
    addIteration(Dheera.Stream.prototype);
    addWatching(Dheera.Logger.prototype, Dheera.Metrics.prototype);
    // A library may be built without it.
    if (Dheera.Server)
        addServer(Dheera.Server.prototype);

    addAnswers(Dheera.Tool.prototype, Dheera.Provider.prototype);
    Dheera.Conversation.prototype[Symbol.iterator] = function* () {
        for (let i = 0; i < this.get_n_items(); i++)
            yield this.get_item(i);
    };

    for (const type of [Dheera.Request, Dheera.Conversation])
        type.new_from_json = telling(type.new_from_json);

    for (const [type, name] of [[Dheera.Request, 'set_response_schema'], [Dheera.Request, 'set_response_type'], [Dheera.Response, 'parse'],
        [Dheera.Tool, 'set_parameters_type'], [Dheera.ToolCall, 'parse']])
        type.prototype[name] = telling(type.prototype[name]);
}
