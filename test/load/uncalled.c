/* SPDX-License-Identifier: MPL-2.0 */
/* A program that is linked with libzmq and never calls it. */
int main(void)
{
    return 0;
}
