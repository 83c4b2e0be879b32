/* One token through the decoder, without an allocation: what rxt/inference/decoding/compiled.py lays out, it computes.
 *
 * The threads share every matrix by rows and meet six times a layer. Weights are float32, bfloat16 or int8 with one
 * scale a row; everything else is float32. Letters: D width, H query heads, G kv heads, d head dimension, S slots,
 * E experts.
 */
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT32, BFLOAT16, INT8 };

typedef struct {
    const void *weight; /* [rows, columns] */
    const float *scale; /* [rows], of int8 alone */
    const float *bias;  /* [rows] or none */
    int64_t columns;
    int64_t format;
} Matrix;

typedef struct {
    const float *norm1, *norm2, *norm3; /* [D] */
    Matrix query, key, value, out;
    Matrix memory_query, memory_out;
    Matrix router;   /* [E, D] */
    Matrix up, down; /* of all experts, or of one dense feed-forward: [E * 2 hidden, D] and [E * D, hidden] */
} Layer;

typedef struct {
    int64_t layers, width, head_dim, heads, kv_heads, memory_heads, memory_kv_heads, slots, capacity;
    int64_t hidden, experts, top_k, vocabulary, interleaved, threads;
    float epsilon;
    const float *cos, *sin; /* [capacity, d / 2] */
    const float *head_norm; /* [D] or none */
    Matrix head;
    const Layer *layer;
} Model;

typedef struct {
    float *cache;               /* [layers, 2, G, capacity, d] */
    const float *memory_keys;   /* [layers, G, d, S]: a number of all slots side by side */
    const float *memory_values; /* [layers, G, S, d] */
    const float *embedded;      /* [D] */
    float *logits;              /* [vocabulary] */
    int64_t position;
    int64_t alone; /* whether one thread computes it while the others sleep */
} Token;

typedef struct Pool Pool;
typedef struct {
    Pool *pool;
    int64_t index;
    float *normed, *row, *scores, *weights;
    int64_t *chosen;
    pthread_t thread;
} Worker;

struct Pool {
    Model model;
    Token token;
    Worker *workers;
    float *x, *joined, *hidden;
    atomic_long waiting, round, issued;
    atomic_int closing;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static inline void pause_a_little(int64_t spins) {
    /* Where more threads run than cores, the one that is waited for needs this core. */
    if (spins > 4000)
        sched_yield();
#if defined(__x86_64__) || defined(__i386__)
    else
        __builtin_ia32_pause();
#endif
}

static void meet(Pool *pool) {
    if (pool->token.alone)
        return;
    long round = atomic_load(&pool->round);
    if (atomic_fetch_add(&pool->waiting, 1) + 1 == pool->model.threads) {
        atomic_store(&pool->waiting, 0);
        atomic_fetch_add(&pool->round, 1);
        return;
    }
    for (int64_t spins = 0; atomic_load_explicit(&pool->round, memory_order_acquire) == round; spins++)
        pause_a_little(spins);
}

/* The part [start, stop) of `count` things that a thread does. Rows are handed out by fours, as product() takes them,
 * so that the sums are the same to the last bit for any number of threads. */
typedef struct {
    int64_t start, stop;
} Part;

static inline Part part_of(const Worker *worker, int64_t count) {
    int64_t threads = worker->pool->token.alone ? 1 : worker->pool->model.threads;
    Part part = {count * worker->index / threads, count * (worker->index + 1) / threads};
    return part;
}

static inline Part rows_of(const Worker *worker, int64_t count) {
    Part part = part_of(worker, (count + 3) / 4);
    part.start = part.start * 4 < count ? part.start * 4 : count;
    part.stop = part.stop * 4 < count ? part.stop * 4 : count;
    return part;
}

static inline float from_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, 4);
    return value;
}

static inline float from_float32(float value) { return value; }
static inline float from_int8(int8_t value) { return (float)value; }

/* Four rows at once keep four streams from memory going; the far rows are asked for before they are needed. */
#define AHEAD 4
#define DEFINE_PRODUCT(NAME, TYPE, CONVERT)                                                                            \
    static void NAME(const TYPE *weight, int64_t columns, const float *x, float *y, int64_t rows) {                    \
        int64_t row = 0;                                                                                               \
        for (; row + 4 <= rows; row += 4) {                                                                            \
            const TYPE *w = weight + row * columns;                                                                    \
            float a = 0, b = 0, c = 0, e = 0;                                                                          \
            const char *far = (const char *)(w + AHEAD * columns);                                                     \
            for (int64_t byte = 0; byte < 4 * columns * (int64_t)sizeof(TYPE); byte += 64)                             \
                __builtin_prefetch(far + byte, 0, 3);                                                                  \
            _Pragma("omp simd reduction(+ : a, b, c, e)") for (int64_t i = 0; i < columns; i++) {                      \
                a += CONVERT(w[i]) * x[i];                                                                             \
                b += CONVERT(w[i + columns]) * x[i];                                                                   \
                c += CONVERT(w[i + 2 * columns]) * x[i];                                                               \
                e += CONVERT(w[i + 3 * columns]) * x[i];                                                               \
            }                                                                                                          \
            y[row] = a, y[row + 1] = b, y[row + 2] = c, y[row + 3] = e;                                                \
        }                                                                                                              \
        for (; row < rows; row++) {                                                                                    \
            const TYPE *w = weight + row * columns;                                                                    \
            float a = 0;                                                                                               \
            _Pragma("omp simd reduction(+ : a)") for (int64_t i = 0; i < columns; i++) a += CONVERT(w[i]) * x[i];      \
            y[row] = a;                                                                                                \
        }                                                                                                              \
    }

DEFINE_PRODUCT(product_float32, float, from_float32)
DEFINE_PRODUCT(product_bfloat16, uint16_t, from_bfloat16)
DEFINE_PRODUCT(product_int8, int8_t, from_int8)

/* y[start:stop] = matrix[start:stop] @ x + bias[start:stop]; y begins at `start`. */
static void product(const Matrix *matrix, const float *x, float *y, int64_t start, int64_t stop) {
    int64_t columns = matrix->columns, rows = stop - start, first = start * columns;
    if (matrix->format == FLOAT32)
        product_float32((const float *)matrix->weight + first, columns, x, y, rows);
    else if (matrix->format == BFLOAT16)
        product_bfloat16((const uint16_t *)matrix->weight + first, columns, x, y, rows);
    else
        product_int8((const int8_t *)matrix->weight + first, columns, x, y, rows);
    if (matrix->scale)
        for (int64_t row = 0; row < rows; row++)
            y[row] *= matrix->scale[start + row];
    if (matrix->bias)
        for (int64_t row = 0; row < rows; row++)
            y[row] += matrix->bias[start + row];
}

/* e to the power of x <= 0, to the last bits of float32; without a branch, so that many are computed at once. */
static inline float exponential(float x) {
    float scaled = x * 1.44269504088896341f;
    scaled = scaled < -126.0f ? -126.0f : scaled;
    float whole = (float)(int32_t)(scaled - 0.5f); /* towards zero: x <= 0 */
    float rest = (scaled - whole) * 0.693147180559945309f;
    float power =
        1.0f + rest * (1.0f + rest * (0.5f + rest * (0.166666667f + rest * (0.0416666667f +
                       rest * (0.00833333333f + rest * (0.00138888889f + rest * 0.000198412698f))))));
    uint32_t bits = (uint32_t)((int32_t)whole + 127) << 23;
    float scale;
    memcpy(&scale, &bits, 4);
    return power * scale;
}

static inline float silu(float x) {
    float small = exponential(x < 0 ? x : -x); /* e^-|x| */
    return x < 0 ? x * small / (1.0f + small) : x / (1.0f + small);
}

static void normalise(const float *x, const float *weight, float *y, int64_t width, float epsilon) {
    float sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (int64_t i = 0; i < width; i++) sum += x[i] * x[i];
    float factor = 1.0f / sqrtf(sum / (float)width + epsilon);
    for (int64_t i = 0; i < width; i++)
        y[i] = x[i] * factor * weight[i];
}

/* Rotates one head from `row` to `y`, in the layout of the checkpoint. */
static void rotate(const Model *model, const float *row, float *y, int64_t position) {
    int64_t half = model->head_dim / 2;
    const float *cos = model->cos + position * half, *sin = model->sin + position * half;
    for (int64_t i = 0; i < half; i++) {
        float even = row[2 * i], odd = row[2 * i + 1];
        float first = even * cos[i] - odd * sin[i], second = even * sin[i] + odd * cos[i];
        y[model->interleaved ? 2 * i : i] = first;
        y[model->interleaved ? 2 * i + 1 : half + i] = second;
    }
}

/* scores -> probabilities, not yet divided by their sum, which is returned. */
static float soften(float *scores, int64_t count, float factor) {
    float most = scores[0], sum = 0;
    _Pragma("omp simd reduction(max : most)") for (int64_t n = 0; n < count; n++) most =
        scores[n] > most ? scores[n] : most;
    _Pragma("omp simd reduction(+ : sum)") for (int64_t n = 0; n < count; n++) {
        scores[n] = exponential((scores[n] - most) * factor);
        sum += scores[n];
    }
    return sum;
}

static void average(const float *scores, float sum, const float *values, float *y, int64_t count, int64_t head_dim) {
    memset(y, 0, (size_t)head_dim * sizeof(float));
    for (int64_t n = 0; n < count; n++)
        for (int64_t i = 0; i < head_dim; i++)
            y[i] += scores[n] * values[n * head_dim + i];
    for (int64_t i = 0; i < head_dim; i++)
        y[i] /= sum;
}

/* Self-attention of the query heads that share kv head `group`; writes this token's key and value first. */
static void attend_to_tokens(Worker *worker, const Layer *layer, int64_t index, int64_t group) {
    const Model *model = &worker->pool->model;
    const Token *token = &worker->pool->token;
    int64_t d = model->head_dim, shared = model->heads / model->kv_heads, place = token->position * d;
    int64_t size = model->capacity * d;
    float *keys = token->cache + ((index * 2) * model->kv_heads + group) * size;
    float *values = token->cache + ((index * 2 + 1) * model->kv_heads + group) * size;
    product(&layer->key, worker->normed, worker->row, group * d, (group + 1) * d);
    rotate(model, worker->row, keys + place, token->position);
    product(&layer->value, worker->normed, values + place, group * d, (group + 1) * d);
    int64_t count = token->position + 1;
    for (int64_t head = group * shared; head < (group + 1) * shared; head++) {
        float *query = worker->row + d;
        product(&layer->query, worker->normed, worker->row, head * d, (head + 1) * d);
        rotate(model, worker->row, query, token->position);
        product_float32(keys, d, query, worker->scores, count);
        float sum = soften(worker->scores, count, 1.0f / sqrtf((float)d));
        average(worker->scores, sum, values, worker->pool->joined + head * d, count, d);
    }
}

/* The same over the slots of the memory, whose keys lie side by side. */
static void attend_to_slots(Worker *worker, const Layer *layer, int64_t index, int64_t group) {
    const Model *model = &worker->pool->model;
    const Token *token = &worker->pool->token;
    int64_t d = model->head_dim, shared = model->memory_heads / model->memory_kv_heads, slots = model->slots;
    const float *keys = token->memory_keys + (index * model->memory_kv_heads + group) * slots * d;
    const float *values = token->memory_values + (index * model->memory_kv_heads + group) * slots * d;
    for (int64_t head = group * shared; head < (group + 1) * shared; head++) {
        float *query = worker->row + d, *scores = worker->scores;
        product(&layer->memory_query, worker->normed, worker->row, head * d, (head + 1) * d);
        rotate(model, worker->row, query, token->position);
        memset(scores, 0, (size_t)slots * sizeof(float));
        for (int64_t i = 0; i < d; i++)
            for (int64_t slot = 0; slot < slots; slot++)
                scores[slot] += query[i] * keys[i * slots + slot];
        float sum = soften(scores, slots, 1.0f / sqrtf((float)d));
        average(scores, sum, values, worker->pool->joined + head * d, slots, d);
    }
}

static void add_projected(Worker *worker, const Matrix *matrix) {
    Pool *pool = worker->pool;
    Part rows = rows_of(worker, pool->model.width);
    product(matrix, pool->joined, worker->row, rows.start, rows.stop);
    for (int64_t row = rows.start; row < rows.stop; row++)
        pool->x[row] += worker->row[row - rows.start];
}

/* The best top_k experts and their weights, which sum to 1. Every thread finds them for itself. */
static void route(Worker *worker, const Layer *layer) {
    const Model *model = &worker->pool->model;
    float sum = 0, *scores = worker->scores;
    if (model->experts == 0) {
        worker->chosen[0] = 0, worker->weights[0] = 1.0f;
        return;
    }
    product(&layer->router, worker->normed, scores, 0, model->experts);
    for (int64_t rank = 0; rank < model->top_k; rank++) {
        int64_t best = 0;
        for (int64_t expert = 1; expert < model->experts; expert++)
            best = scores[expert] > scores[best] ? expert : best;
        worker->chosen[rank] = best, worker->weights[rank] = scores[best];
        scores[best] = -INFINITY;
    }
    float most = worker->weights[0];
    for (int64_t rank = 0; rank < model->top_k; rank++)
        sum += worker->weights[rank] = exponential(worker->weights[rank] - most);
    for (int64_t rank = 0; rank < model->top_k; rank++)
        worker->weights[rank] /= sum;
}

static void feed_forward(Worker *worker, const Layer *layer) {
    Pool *pool = worker->pool;
    const Model *model = &pool->model;
    int64_t hidden = model->hidden, active = model->experts ? model->top_k : 1;
    Part units = rows_of(worker, hidden), rows = rows_of(worker, model->width);
    int64_t count = units.stop - units.start;
    route(worker, layer);
    for (int64_t rank = 0; rank < active; rank++) {
        int64_t first = worker->chosen[rank] * 2 * hidden;
        float *up = pool->hidden + rank * hidden + units.start, *gate = worker->row;
        product(&layer->up, worker->normed, up, first + units.start, first + units.stop);
        product(&layer->up, worker->normed, gate, first + hidden + units.start, first + hidden + units.stop);
        for (int64_t unit = 0; unit < count; unit++)
            up[unit] *= silu(gate[unit]);
    }
    meet(pool);
    for (int64_t rank = 0; rank < active; rank++) {
        int64_t first = worker->chosen[rank] * model->width;
        product(&layer->down, pool->hidden + rank * hidden, worker->row, first + rows.start, first + rows.stop);
        for (int64_t row = rows.start; row < rows.stop; row++)
            pool->x[row] += worker->weights[rank] * worker->row[row - rows.start];
    }
    meet(pool);
}

static void compute(Worker *worker) {
    Pool *pool = worker->pool;
    const Model *model = &pool->model;
    int64_t width = model->width;
    if (worker->index == 0)
        memcpy(pool->x, pool->token.embedded, (size_t)width * sizeof(float));
    meet(pool);
    for (int64_t index = 0; index < model->layers; index++) {
        const Layer *layer = model->layer + index;
        Part groups = part_of(worker, model->kv_heads);
        normalise(pool->x, layer->norm1, worker->normed, width, model->epsilon);
        for (int64_t group = groups.start; group < groups.stop; group++)
            attend_to_tokens(worker, layer, index, group);
        meet(pool);
        add_projected(worker, &layer->out);
        meet(pool);
        groups = part_of(worker, model->memory_kv_heads);
        normalise(pool->x, layer->norm2, worker->normed, width, model->epsilon);
        for (int64_t group = groups.start; group < groups.stop; group++)
            attend_to_slots(worker, layer, index, group);
        meet(pool);
        add_projected(worker, &layer->memory_out);
        meet(pool);
        normalise(pool->x, layer->norm3, worker->normed, width, model->epsilon);
        feed_forward(worker, layer);
    }
    const float *last = pool->x;
    if (model->head_norm) {
        normalise(pool->x, model->head_norm, worker->normed, width, model->epsilon);
        last = worker->normed;
    }
    Part rows = rows_of(worker, model->vocabulary);
    product(&model->head, last, pool->token.logits + rows.start, rows.start, rows.stop);
    meet(pool);
}

static void *work(void *argument) {
    Worker *worker = argument;
    Pool *pool = worker->pool;
    for (long seen = 0;; seen++) {
        for (int64_t spins = 0; atomic_load(&pool->issued) == seen && spins < 20000; spins++)
            pause_a_little(0);
        pthread_mutex_lock(&pool->lock);
        while (atomic_load(&pool->issued) == seen)
            pthread_cond_wait(&pool->wake, &pool->lock);
        pthread_mutex_unlock(&pool->lock);
        if (atomic_load(&pool->closing))
            return NULL;
        compute(worker);
    }
}

static void issue(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->issued, 1);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

void rxt_close(Pool *pool) {
    if (!pool)
        return;
    atomic_store(&pool->closing, 1);
    issue(pool);
    for (int64_t index = 0; pool->workers && index < pool->model.threads; index++) {
        Worker *worker = pool->workers + index;
        if (index)
            pthread_join(worker->thread, NULL);
        free(worker->normed), free(worker->row), free(worker->scores), free(worker->weights), free(worker->chosen);
    }
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->wake);
    free(pool->workers), free(pool->x), free(pool->joined), free(pool->hidden), free(pool);
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static float *floats(int64_t count) { return calloc((size_t)count, sizeof(float)); }

/* A pool of threads for one model, or none where memory or threads lack. The model's arrays stay the caller's. */
Pool *rxt_open(const Model *model) {
    Pool *pool = calloc(1, sizeof(Pool));
    if (!pool)
        return NULL;
    pool->model = *model;
    pool->model.threads = 1;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    int64_t heads = larger(model->heads, model->memory_heads), active = larger(1, model->top_k);
    pool->x = floats(model->width), pool->joined = floats(heads * model->head_dim);
    pool->hidden = floats(active * model->hidden);
    pool->workers = calloc((size_t)model->threads, sizeof(Worker));
    int complete = pool->x && pool->joined && pool->hidden && pool->workers;
    int64_t row = larger(larger(model->hidden, model->width), 2 * model->head_dim);
    int64_t scores = larger(larger(model->slots, model->capacity), model->experts);
    for (int64_t index = 0; complete && index < model->threads; index++) {
        Worker *worker = pool->workers + index;
        worker->pool = pool, worker->index = index;
        worker->normed = floats(model->width), worker->row = floats(row), worker->scores = floats(scores);
        worker->weights = floats(active), worker->chosen = calloc((size_t)active, sizeof(int64_t));
        complete = worker->normed && worker->row && worker->scores && worker->weights && worker->chosen;
        if (complete && index)
            complete = pthread_create(&worker->thread, NULL, work, worker) == 0;
        if (complete)
            pool->model.threads = index + 1;
    }
    if (complete)
        return pool;
    rxt_close(pool);
    return NULL;
}

void rxt_step(Pool *pool, const Token *token) {
    pool->token = *token;
    pool->token.alone |= pool->model.threads == 1;
    if (!pool->token.alone)
        issue(pool);
    compute(pool->workers);
}
